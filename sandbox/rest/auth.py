"""Who asks: JSON web tokens as Upbit checks them (reference §2).

A token names the access key, carries a nonce that is used once, and, when the request has parameters, the SHA-512 of
those parameters as text. `Authenticator.check_token` proves the sender; `check_hash` proves that the parameters are
the ones signed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from aiohttp import web

from sandbox.clock import SandboxClock
from sandbox.errors import ApiError

DEFAULT_ACCESS_KEY = "sandbox-access-key-000000000000000000001"
DEFAULT_SECRET_KEY = "sandbox-secret-key-000000000000000000001"

ALL_PERMISSIONS = frozenset({"view_assets", "view_orders", "make_orders"})

_NONCES_KEPT = 500_000
_NONCE_LIMIT = 256
_DECODE_OPTIONS: Any = {
    # Tokens carry neither times nor audiences; whatever a library adds of that kind is not part of the protocol.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


@dataclass(frozen=True, slots=True)
class Key:
    """An API key of the account.

    Attributes:
        expires_at: aware UTC in sandbox time; None = a year from whenever one asks, so it never ends.
        allowed_ips: None = every address may use it.
        permissions: which of `ALL_PERMISSIONS` it has.
    """

    access_key: str
    secret_key: str
    expires_at: datetime | None = None
    allowed_ips: frozenset[str] | None = None
    permissions: frozenset[str] = ALL_PERMISSIONS


def _unauthorised(name: str, message: str) -> ApiError:
    return ApiError(401, name, message)


class Authenticator:
    """Checks tokens against one key and remembers the nonces it has seen.

    `key` may be exchanged while running, for instance for one that has expired or lost a permission.
    """

    def __init__(self, key: Key, clock: SandboxClock) -> None:
        self.key = key
        self._clock = clock
        self._nonces: dict[str, None] = {}

    def check_token(self, request: web.Request, permission: str | None = None) -> dict[str, Any]:
        """The verified claims of the request's bearer token; its nonce is used up.

        Args:
            permission: what the call needs, or None when any key will do.
        Raises:
            ApiError: 401 with the name that says what is wrong.
        """
        claims = self._decode(_bearer(request))
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not 0 < len(nonce) <= _NONCE_LIMIT:
            raise _unauthorised("jwt_verification", "The token needs a nonce.")
        if nonce in self._nonces:
            raise _unauthorised("nonce_used", "This nonce was used before.")
        self._nonces[nonce] = None
        if len(self._nonces) > _NONCES_KEPT:
            del self._nonces[next(iter(self._nonces))]
        self._check_key(request, permission)
        return claims

    def verify_handshake(self, request: web.Request) -> str | None:
        """The access key behind a private stream's handshake.

        Raises:
            ApiError: 401, as for REST.
        """
        self.check_token(request)
        return self.key.access_key

    def _decode(self, token: str) -> dict[str, Any]:
        try:
            unverified = jwt.decode(token, options={"verify_signature": False})
            access_key = unverified.get("access_key")
            if isinstance(access_key, str) and not hmac.compare_digest(
                access_key.encode(), self.key.access_key.encode()
            ):
                raise _unauthorised("invalid_access_key", "Unknown access key.")
            claims: dict[str, Any] = jwt.decode(
                token, self.key.secret_key, algorithms=["HS256", "HS384", "HS512"], options=_DECODE_OPTIONS
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise _unauthorised("jwt_verification", "The token could not be verified.") from error
        if not isinstance(claims.get("access_key"), str):
            raise _unauthorised("jwt_verification", "The token names no access key.")
        return claims

    def _check_key(self, request: web.Request, permission: str | None) -> None:
        key = self.key
        if key.expires_at is not None and self._clock.now() >= key.expires_at:
            raise _unauthorised("expired_access_key", "The access key has expired.")
        if key.allowed_ips is not None and request.remote not in key.allowed_ips:
            raise _unauthorised("no_authorization_ip", "This address may not use the key.")
        if permission is not None and permission not in key.permissions:
            raise _unauthorised("out_of_scope", "The key lacks the permission for this call.")


def _bearer(request: web.Request) -> str:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorised("no_authorization_token", "The Authorization header must carry a bearer token.")
    return token.strip()


def check_hash(claims: dict[str, Any], texts: Iterable[str]) -> None:
    """Compare the token's `query_hash` with the parameters that came.

    Args:
        texts: the acceptable renderings of the parameters; the first is "" when there are none.
    Raises:
        ApiError: 401 `invalid_query_payload`.
    """
    algorithm = claims.get("query_hash_alg", "SHA512")
    if algorithm != "SHA512":
        raise _unauthorised("invalid_query_payload", "query_hash_alg must be SHA512.")
    given = claims.get("query_hash")
    renderings = list(texts)
    if given is None and renderings[0] == "":
        return
    if isinstance(given, str):
        for text in renderings:
            expected = hashlib.sha512(text.encode("utf-8", "surrogatepass")).hexdigest()
            if hmac.compare_digest(given.lower().encode("utf-8", "surrogatepass"), expected.encode()):
                return
    raise _unauthorised("invalid_query_payload", "query_hash does not match the parameters.")
