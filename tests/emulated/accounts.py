"""Who is who in an emulated AWS: every question is signed, and answered for whom it was signed by."""

from __future__ import annotations

import base64
import functools
import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import botocore.session
from botocore.config import Config


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody with credentials."""

    url: str
    """Where the emulator answers."""
    key: str
    secret: str
    token: str | None = None
    region: str = "us-east-1"

    def ask(self, service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:
        """Return the answer to one call. Raises ClientError."""
        answer: Mapping[str, Any] = getattr(self._client(service), operation)(**arguments)
        return answer

    def pages(self, service: str, operation: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the answers to one call that come page by page. Raises ClientError."""
        yield from self._client(service).get_paginator(operation).paginate(**arguments)

    def action(self, service: str, operation: str) -> str:
        """Return what policies call an operation."""
        return f"{service}:{self._client(service).meta.method_to_api_mapping[operation]}"

    def elsewhere(self, region: str) -> Caller:
        """Return this caller in another region."""
        return replace(self, region=region)

    def become(self, role: str, session: str = "test") -> Caller:
        """Return who this caller is once it has taken on a role. Raises ClientError."""
        return self._with(self.ask("sts", "assume_role", RoleArn=role, RoleSessionName=session))

    def become_by_token(self, role: str, issuer: str, claims: Mapping[str, str]) -> Caller:
        """Return who a workflow or a pod is once its token has been taken for that of a role. Raises ClientError.

        Nobody has signed the token: emulators read what it says and ask no issuer.
        """
        token = _token({"iss": issuer, **claims})
        said = self.ask("sts", "assume_role_with_web_identity", RoleArn=role, RoleSessionName="test", WebIdentityToken=token)
        return self._with(said)

    @property
    def account(self) -> str:
        """Return the account that calls of this caller end up in."""
        return str(self.ask("sts", "get_caller_identity")["Account"])

    def _client(self, service: str) -> Any:
        with _MAKING:
            return _client(self, service)

    def _with(self, said: Mapping[str, Any]) -> Caller:
        given = said["Credentials"]
        own = {"key": given["AccessKeyId"], "secret": given["SecretAccessKey"], "token": given["SessionToken"]}
        return replace(self, **own)


_MAKING = threading.Lock()
"""Calls may be made by several at once, clients may not."""


@functools.cache
def _session() -> botocore.session.Session:
    # no profile and no file of the person who runs the tests
    own = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    return botocore.session.Session(session_vars=own)


@functools.cache
def _client(caller: Caller, service: str) -> Any:
    return _session().create_client(
        service,
        region_name=caller.region,
        endpoint_url=caller.url,
        aws_access_key_id=caller.key,
        aws_secret_access_key=caller.secret,
        aws_session_token=caller.token,
        # what is on this machine is behind nobody's proxy
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def _token(claims: Mapping[str, str]) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "nobody-signed"])
