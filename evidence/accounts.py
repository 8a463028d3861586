"""Ask the clouds' own programs as whom we would act in an account. No answer holds a secret: only names are asked for."""

from __future__ import annotations

from delivery.shapes.aws import AwsAccount, EcrRegistry, EksRuntime
from delivery.shapes.azure import AcrRegistry, AksRuntime, AzureAccount
from delivery.shapes.gcp import ArtifactRegistry, GcpAccount, GkeRuntime
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.unknown import Unknown
from evidence import programs

Account = AwsAccount | AzureAccount | GcpAccount


def of(settings: RuntimeSettings | RegistrySettings) -> Account | None:
    """Return the account that a runtime or a registry is made in; None where it is made in none."""
    if isinstance(settings, AcrRegistry | AksRuntime | ArtifactRegistry | EcrRegistry | EksRuntime | GkeRuntime):
        return settings.account
    return None


def name(account: Account) -> str:
    """Return what people call an account."""
    match account:
        case AwsAccount():
            return f"AWS account {account.id}"
        case AzureAccount():
            return f"Azure subscription {account.subscription}"
        case GcpAccount():
            return f"Google project {account.project}"


def enter(account: Account) -> str | Unknown:
    """Return as whom an update would act in an account, from the credentials at hand; Unknown where they lead elsewhere."""
    match account:
        case AwsAccount():
            return _aws(account)
        case AzureAccount():
            return _azure(account)
        case GcpAccount():
            return _gcp(account)


def _aws(account: AwsAccount) -> str | Unknown:
    # the query leaves the keys of the session out of what is printed
    asked = ["--role-arn", account.role, "--role-session-name", "pvn-doctor", "--query", "AssumedRoleUser.Arn"]
    said = programs.run(["aws", "sts", "assume-role", *asked, "--output", "text"])
    if isinstance(said, Unknown):
        return said
    who = said.strip()
    if who.split(":")[4:5] != [account.id]:
        return Unknown(f"these credentials lead to {who}", f"name a role of account {account.id}")
    return who


def _gcp(account: GcpAccount) -> str | Unknown:
    who = account.service_account
    asked = ["projects", "describe", account.project, f"--impersonate-service-account={who}", "--quiet"]
    said = programs.run(["gcloud", *asked, "--verbosity=error", "--format=value(projectNumber)"])
    if isinstance(said, Unknown):
        return said
    number = said.split()[-1] if said.split() else ""
    if number != account.number:
        return Unknown(f"project {account.project} has the number {number!r}", "mend the number in the stack file")
    return who


def _azure(account: AzureAccount) -> str | Unknown:
    asked = ["--subscription", account.subscription, "--query", "[tenantId, user.name]", "--output", "tsv"]
    said = programs.run(["az", "account", "show", *asked])
    if isinstance(said, Unknown):
        return said
    tenant, who = [*said.split(), "", ""][:2]
    if tenant != account.tenant:
        return Unknown(f"these credentials are of tenant {tenant!r}", f"az login --tenant {account.tenant}")
    if account.login == "workload-identity" and who != account.client:
        return Unknown(f"these credentials are of {who!r}", f"log in as {account.client}, the client in the stack file")
    return who
