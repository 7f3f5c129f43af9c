"""An OpenID Connect issuer on loopback, and tokens good and bad."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.auth.trust import Trust

AUDIENCE = "https://api.touchstone.example"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Key = RSAKey | ECKey | OKPKey


def rsa_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


def ed_key(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"})


def signed(
    key: Key, claims: Mapping[str, object], alg: str = "ES256", *, kid: str | None = None, **header: object
) -> str:
    """Sign claims; ``kid`` may lie."""
    protected = {"alg": alg, "kid": key.kid if kid is None else kid, **header}
    if alg == "EdDSA":  # the old name, which the library no longer signs under
        return relabelled(key, claims, protected)
    return jws.serialize_compact(
        protected, orjson.dumps(claims), key, registry=jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    )


def relabelled(key: Key, claims: Mapping[str, object], protected: Mapping[str, object]) -> str:
    """Sign by Ed25519 under a header of one's own."""
    signing_input = f"{encoded(protected)}.{encoded(claims)}"
    private: Any = key.private_key
    return f"{signing_input}.{encoded_bytes(private.sign(signing_input.encode()))}"


def encoded(content: Mapping[str, object]) -> str:
    return encoded_bytes(orjson.dumps(content))


def encoded_bytes(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def claims_for(issuer: str, subject: str = "ada", now: datetime = NOW, **changes: object) -> dict[str, object]:
    """Give the claims of a good token; a change to None leaves the claim out."""
    begins = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": subject,
        "aud": AUDIENCE,
        "iat": begins,
        "nbf": begins,
        "exp": begins + 300,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


class LoopbackIssuer:
    """Serves a discovery document and a key set; counts who asks, and can be changed or stopped."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys: Sequence[Key] = keys
        self.asked: list[str] = []
        self.url = ""
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def documents(self) -> dict[str, object]:
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [key.as_dict(private=False) for key in self.keys]},
        }

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split(b" ")[1].decode()
        self.asked.append(path)
        status, headers, body = self.answers.get(path) or (200, {}, json.dumps(self.documents().get(path)).encode())
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def loopback_issuer(*keys: Key) -> AsyncGenerator[LoopbackIssuer, None]:
    issuer = LoopbackIssuer(keys)
    await issuer.start()
    try:
        yield issuer
    finally:
        await issuer.stop()


class KnownTrusts:
    """Networks' allow-lists, kept in memory."""

    def __init__(self) -> None:
        self.by_issuer: dict[str, list[Trust]] = {}

    def accept(self, issuer: str, network_id: UUID, audience: str = AUDIENCE) -> None:
        self.by_issuer.setdefault(issuer, []).append(Trust(network_id, audience))

    async def trusts(self, issuer: str) -> Sequence[Trust]:
        return self.by_issuer.get(issuer, [])


class Seconds:
    """Monotonic seconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at
