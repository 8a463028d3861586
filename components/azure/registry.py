"""A registry of Azure: its images are for the nodes that run them to pull and for one workflow to push."""

from __future__ import annotations

import base64

import pulumi
from msgspec import Struct
from pulumi_azure_native import containerregistry as acr
from pulumi_azure_native import security

from components.azure import account, identities
from components.azure.push import Push, PushArgs
from delivery.shapes.azure import AcrRegistry

TEMPORARY = "^(pr|buildcache)-.*"
"""Tags that are not for releases."""


class RegistryArgs(Struct, frozen=True, kw_only=True):
    """What a registry needs to know. Images appear with their first push, and clusters' stacks let their own nodes in."""

    settings: AcrRegistry
    """The registry as its stack file describes it."""


class Registry(pulumi.ComponentResource):
    """A registry without users or passwords of its own."""

    url: pulumi.Output[str]
    """The registry's host. It follows from its name, so nobody has to wait for it."""
    push_identity: pulumi.Output[str] | None = None
    """The client id of the identity that pushes; None where nobody was named."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pvn:azure:Registry", name, {}, opts)
        self._name, self._settings = name, args.settings
        self._opts = pulumi.ResourceOptions(parent=self)
        self._group = account.group(name, args.settings.account, self._opts, protect=args.settings.protect)
        registry = self._registry()
        self._clean_up(registry)
        if args.settings.scanning == "defender":
            self._scanning()
        if args.settings.push:
            push = PushArgs(
                settings=args.settings.push, account=args.settings.account, group=self._group, registry=registry.id
            )
            self.push_identity = Push(f"{name}-push", push, self._opts).client
        self.url = pulumi.Output.from_input(args.settings.url)
        self.register_outputs({"url": self.url})

    def _registry(self) -> acr.Registry:
        settings, premium = self._settings, self._settings.sku == "premium"
        identity, encryption, after = self._encryption()
        retention = acr.RetentionPolicyArgs(days=settings.untagged_days, status="enabled")
        return acr.Registry(
            self._name,
            registry_name=settings.registry_name,
            resource_group_name=self._group.name,
            location=settings.account.region,
            sku=acr.SkuArgs(name=settings.sku.capitalize()),
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            data_endpoint_enabled=premium,
            zone_redundancy="Enabled" if premium else "Disabled",
            identity=identity,
            encryption=encryption,
            policies=acr.PoliciesArgs(
                # a token for managing Azure must not be one for images
                azure_ad_authentication_as_arm_policy=acr.AzureADAuthenticationAsArmPolicyArgs(status="disabled"),
                retention_policy=retention if premium else None,
            ),
            tags=account.tags(settings.account),
            opts=pulumi.ResourceOptions(parent=self, protect=settings.protect, depends_on=after),
        )

    def _encryption(
        self,
    ) -> tuple[acr.IdentityPropertiesArgs | None, acr.EncryptionPropertyArgs | None, list[pulumi.Resource]]:
        settings, name = self._settings, f"{self._name}-images"
        if not settings.key_vault:
            return None, None, []
        vault, key = identities.key(
            name, settings.account, settings.key_vault, self._group, self._opts, is_private=False, protect=settings.protect
        )
        user = identities.identity(name, settings.account, self._group, self._opts)
        role = identities.VAULT_ENCRYPTION_USER
        granted = identities.grant(name, settings.account, user.principal_id, role, vault.id, self._opts)
        identity = acr.IdentityPropertiesArgs(
            type=acr.ResourceIdentityType.USER_ASSIGNED,
            user_assigned_identities=user.id.apply(lambda of: {of: acr.UserIdentityPropertiesArgs()}),
        )
        properties = acr.KeyVaultPropertiesArgs(identity=user.client_id, key_identifier=key.key_uri)
        return identity, acr.EncryptionPropertyArgs(status="enabled", key_vault_properties=properties), [granted]

    def _clean_up(self, registry: acr.Registry) -> None:
        """Delete once a day what was never for a release: only by tag, and locked images never."""
        command = f"acr purge --filter '.*:{TEMPORARY}' --ago {self._settings.temporary_days}d"
        task = f"version: v1.1.0\nsteps:\n  - cmd: {command}\n    disableWorkingDirectoryOverride: true\n    timeout: 3600\n"
        acr.Task(
            f"{self._name}-clean-up",
            task_name="clean-up",
            registry_name=registry.name,
            resource_group_name=self._group.name,
            location=self._settings.account.region,
            platform=acr.PlatformPropertiesArgs(os="Linux", architecture="amd64"),
            step=acr.EncodedTaskStepArgs(type="EncodedTask", encoded_task_content=base64.b64encode(task.encode()).decode()),
            trigger=acr.TriggerPropertiesArgs(timer_triggers=[acr.TimerTriggerArgs(name="daily", schedule="0 3 * * *")]),
            status="Enabled",
            tags=account.tags(self._settings.account),
            opts=self._opts,
        )

    def _scanning(self) -> None:
        security.Pricing(
            self._name,
            pricing_name="Containers",
            pricing_tier="Standard",
            scope_id=f"subscriptions/{self._settings.account.subscription}",
            # it is the subscription's, and others may count on it by the time that this stack goes
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
