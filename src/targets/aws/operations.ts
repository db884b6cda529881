import type * as AutoScaling from '@aws-sdk/client-auto-scaling';
import type * as CloudTrail from '@aws-sdk/client-cloudtrail';
import type * as Ec2 from '@aws-sdk/client-ec2';
import type * as Iam from '@aws-sdk/client-iam';
import type * as Lambda from '@aws-sdk/client-lambda';
import type * as S3 from '@aws-sdk/client-s3';
import type * as Sts from '@aws-sdk/client-sts';

/** The operations that plugins call by name, with their inputs and outputs; the generic `send` knows all others. */
export interface AwsOperations {
  'sts:GetCallerIdentity': Operation<Sts.GetCallerIdentityCommandInput, Sts.GetCallerIdentityCommandOutput>;
  'sts:AssumeRole': Operation<Sts.AssumeRoleCommandInput, Sts.AssumeRoleCommandOutput>;
  'iam:GetRole': Operation<Iam.GetRoleCommandInput, Iam.GetRoleCommandOutput>;
  'iam:CreateRole': Operation<Iam.CreateRoleCommandInput, Iam.CreateRoleCommandOutput>;
  'iam:CreateUser': Operation<Iam.CreateUserCommandInput, Iam.CreateUserCommandOutput>;
  'iam:ListAttachedRolePolicies': Operation<
    Iam.ListAttachedRolePoliciesCommandInput,
    Iam.ListAttachedRolePoliciesCommandOutput
  >;
  'iam:AttachRolePolicy': Operation<Iam.AttachRolePolicyCommandInput, Iam.AttachRolePolicyCommandOutput>;
  'iam:DetachRolePolicy': Operation<Iam.DetachRolePolicyCommandInput, Iam.DetachRolePolicyCommandOutput>;
  'iam:UpdateAssumeRolePolicy': Operation<
    Iam.UpdateAssumeRolePolicyCommandInput,
    Iam.UpdateAssumeRolePolicyCommandOutput
  >;
  'iam:ListAccessKeys': Operation<Iam.ListAccessKeysCommandInput, Iam.ListAccessKeysCommandOutput>;
  'iam:CreateAccessKey': Operation<Iam.CreateAccessKeyCommandInput, Iam.CreateAccessKeyCommandOutput>;
  'iam:UpdateAccessKey': Operation<Iam.UpdateAccessKeyCommandInput, Iam.UpdateAccessKeyCommandOutput>;
  'iam:DeleteAccessKey': Operation<Iam.DeleteAccessKeyCommandInput, Iam.DeleteAccessKeyCommandOutput>;
  'iam:SimulatePrincipalPolicy': Operation<
    Iam.SimulatePrincipalPolicyCommandInput,
    Iam.SimulatePrincipalPolicyCommandOutput
  >;
  's3:CreateBucket': Operation<S3.CreateBucketCommandInput, S3.CreateBucketCommandOutput>;
  's3:GetBucketPolicy': Operation<S3.GetBucketPolicyCommandInput, S3.GetBucketPolicyCommandOutput>;
  's3:PutBucketPolicy': Operation<S3.PutBucketPolicyCommandInput, S3.PutBucketPolicyCommandOutput>;
  's3:DeleteBucketPolicy': Operation<S3.DeleteBucketPolicyCommandInput, S3.DeleteBucketPolicyCommandOutput>;
  's3:GetPublicAccessBlock': Operation<S3.GetPublicAccessBlockCommandInput, S3.GetPublicAccessBlockCommandOutput>;
  's3:PutPublicAccessBlock': Operation<S3.PutPublicAccessBlockCommandInput, S3.PutPublicAccessBlockCommandOutput>;
  's3:DeletePublicAccessBlock': Operation<
    S3.DeletePublicAccessBlockCommandInput,
    S3.DeletePublicAccessBlockCommandOutput
  >;
  's3:GetObject': Operation<S3.GetObjectCommandInput, S3.GetObjectCommandOutput>;
  's3:PutObject': Operation<S3.PutObjectCommandInput, S3.PutObjectCommandOutput>;
  's3:DeleteObject': Operation<S3.DeleteObjectCommandInput, S3.DeleteObjectCommandOutput>;
  's3:ListObjectsV2': Operation<S3.ListObjectsV2CommandInput, S3.ListObjectsV2CommandOutput>;
  'lambda:CreateFunction': Operation<Lambda.CreateFunctionCommandInput, Lambda.CreateFunctionCommandOutput>;
  'lambda:GetFunctionConfiguration': Operation<
    Lambda.GetFunctionConfigurationCommandInput,
    Lambda.GetFunctionConfigurationCommandOutput
  >;
  'lambda:UpdateFunctionConfiguration': Operation<
    Lambda.UpdateFunctionConfigurationCommandInput,
    Lambda.UpdateFunctionConfigurationCommandOutput
  >;
  'ec2:CreateLaunchTemplate': Operation<Ec2.CreateLaunchTemplateCommandInput, Ec2.CreateLaunchTemplateCommandOutput>;
  'ec2:DescribeSubnets': Operation<Ec2.DescribeSubnetsCommandInput, Ec2.DescribeSubnetsCommandOutput>;
  'ec2:DescribeInstances': Operation<Ec2.DescribeInstancesCommandInput, Ec2.DescribeInstancesCommandOutput>;
  'ec2:RunInstances': Operation<Ec2.RunInstancesCommandInput, Ec2.RunInstancesCommandOutput>;
  'ec2:StopInstances': Operation<Ec2.StopInstancesCommandInput, Ec2.StopInstancesCommandOutput>;
  'ec2:CreateTags': Operation<Ec2.CreateTagsCommandInput, Ec2.CreateTagsCommandOutput>;
  'ec2:TerminateInstances': Operation<Ec2.TerminateInstancesCommandInput, Ec2.TerminateInstancesCommandOutput>;
  'autoscaling:CreateAutoScalingGroup': Operation<
    AutoScaling.CreateAutoScalingGroupCommandInput,
    AutoScaling.CreateAutoScalingGroupCommandOutput
  >;
  'autoscaling:DescribeAutoScalingGroups': Operation<
    AutoScaling.DescribeAutoScalingGroupsCommandInput,
    AutoScaling.DescribeAutoScalingGroupsCommandOutput
  >;
  'cloudtrail:LookupEvents': Operation<CloudTrail.LookupEventsCommandInput, CloudTrail.LookupEventsCommandOutput>;
  'cloudtrail:CreateTrail': Operation<CloudTrail.CreateTrailCommandInput, CloudTrail.CreateTrailCommandOutput>;
  'cloudtrail:GetTrailStatus': Operation<CloudTrail.GetTrailStatusCommandInput, CloudTrail.GetTrailStatusCommandOutput>;
  'cloudtrail:StopLogging': Operation<CloudTrail.StopLoggingCommandInput, CloudTrail.StopLoggingCommandOutput>;
  'cloudtrail:StartLogging': Operation<CloudTrail.StartLoggingCommandInput, CloudTrail.StartLoggingCommandOutput>;
}

export type AwsOperation = keyof AwsOperations;

interface Operation<Input, Output> {
  readonly input: Input;
  /** Without `$metadata`, which only a real client has. */
  readonly output: Omit<Output, '$metadata'>;
}
