# Reads policy documents: a JSON string in IAM records, an object in PutBucketPolicy.
package trail

document(value) := value if is_object(value)

document(value) := json.unmarshal(value) if {
	is_string(value)
	json.is_valid(value)
}

allowed_principals(value) := {principal |
	some statement in as_array(document(value).Statement)
	statement.Effect == "Allow"
	some principal in aws_principals(statement.Principal)
}

aws_principals(principal) := {"*"} if principal == "*"

aws_principals(principal) := {entry | some entry in as_array(principal.AWS)} if is_object(principal)

as_array(value) := value if is_array(value)

as_array(value) := [value] if not is_array(value)

public(value) if "*" in allowed_principals(value)

foreign_accounts(value) := {owner |
	some principal in allowed_principals(value)
	owner := principal_account(principal)
	not owner in data.staging.accounts
}

principal_account("*") := "*"

principal_account(principal) := principal if regex.match(`^[0-9]{12}$`, principal)

principal_account(principal) := split(principal, ":")[4] if startswith(principal, "arn:")
