/**
 * Names the techniques of MITRE ATT&CK v19 that the project's faults and scenarios use
 * (https://attack.mitre.org/techniques/); others are valid and have no name here.
 */
export const techniqueNames: Readonly<Record<string, string>> = {
  T1098: 'Account Manipulation',
  'T1098.001': 'Additional Cloud Credentials',
  'T1098.003': 'Additional Cloud Roles',
  'T1098.006': 'Additional Container Cluster Roles',
  'T1136.001': 'Local Account',
  T1195: 'Supply Chain Compromise',
  'T1195.001': 'Compromise Software Dependencies and Development Tools',
  'T1195.002': 'Compromise Software Supply Chain',
  T1199: 'Trusted Relationship',
  'T1484.002': 'Trust Modification',
  'T1496.001': 'Compute Hijacking',
  T1499: 'Endpoint Denial of Service',
  T1525: 'Implant Internal Image',
  T1528: 'Steal Application Access Token',
  T1530: 'Data from Cloud Storage',
  T1535: 'Unused/Unsupported Cloud Regions',
  T1537: 'Transfer Data to Cloud Account',
  T1546: 'Event Triggered Execution',
  'T1550.001': 'Application Access Token',
  'T1552.007': 'Container API',
  T1556: 'Modify Authentication Process',
  'T1556.009': 'Conditional Access Policies',
  T1557: 'Adversary-in-the-Middle',
  'T1565.001': 'Stored Data Manipulation',
  'T1565.002': 'Transmitted Data Manipulation',
  'T1578.002': 'Create Cloud Instance',
  T1610: 'Deploy Container',
  T1611: 'Escape to Host',
  T1648: 'Serverless Execution',
  T1671: 'Cloud Application Integration',
  T1685: 'Disable or Modify Tools',
  'T1685.002': 'Disable or Modify Cloud Logs',
  T1686: 'Disable or Modify System Firewall',
  'T1686.001': 'Cloud Firewall',
};

/** Ids that ATT&CK v19 revoked, with what took their place. */
export const revokedTechniques: Readonly<Record<string, string>> = {
  T1562: 'T1685',
  'T1562.001': 'T1685',
  'T1562.002': 'T1685.001',
  'T1562.003': 'T1690',
  'T1562.004': 'T1686',
  'T1562.006': 'T1685',
  'T1562.007': 'T1686.001',
  'T1562.008': 'T1685.002',
  'T1562.009': 'T1688',
  'T1562.010': 'T1689',
  'T1562.011': 'T1685.003',
  'T1562.012': 'T1685.004',
  'T1562.013': 'T1686.002',
  'T1070.001': 'T1685.005',
  'T1070.002': 'T1685.006',
  T1656: 'T1684.001',
  T1672: 'T1684.002',
};

/** Answers the id under which ATT&CK v19 knows a technique: itself, or what replaced it. */
export function currentTechnique(id: string): string {
  return revokedTechniques[id] ?? id;
}

/** Says why an id is no technique of ATT&CK v19, or answers undefined where nothing speaks against it. */
export function techniqueProblem(id: string): string | undefined {
  if (!/^T\d{4}(?:\.\d{3})?$/.test(id)) return `must be a technique id such as T1098 or T1098.003, got '${id}'`;
  const current = currentTechnique(id);
  return current === id ? undefined : `names '${id}', which ATT&CK v19 revoked; use '${current}'`;
}
