"""A Ray cluster to work on: one begun on this machine for a run alone, or one that is there already.

One of ours listens on the loopback interface only, has no dashboard, and lets nobody in without a token that
is made for it and kept in the environment of its processes. Alone knows how Ray is started and stopped.
"""

import functools
import logging
import os
import secrets
import signal
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from extractor.errors import ConfigError

OLDEST = (2, 54)
"""Before it, a web page could run programs on a cluster (CVE-2025-62593, CVE-2026-27482)."""
STORE_BYTES = 100 * 2**20
"""Only block numbers and results pass through the object store of one of ours."""
_TRIES = 2
"""A machine that is busy may not start a cluster within the half minute that Ray gives itself."""
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_DEDUP_LOGS": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_agent_register_timeout_ms": "120000",
    "RAY_raylet_start_wait_time_s": "120",
}
_ALONE: Mapping[str, str] = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""So named for other systems, it makes a cluster of one machine, on the loopback interface, of any."""

_LOOPBACK = ("127.", "localhost:")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster while it is connected: Ray, how many workers to begin, and a name for what is the run's."""

    ray: ModuleType
    workers: int
    namespace: str


@contextmanager
def connected(address: str | None, workers: int | None) -> Iterator[Cluster]:
    """Connect to the cluster at `address`, or begin one; leave it, or end it, after.

    `workers` is how many there shall be: None is one for each processor. To be called from the main thread,
    whose signal handlers stay as they are. Raises ConfigError when there is no Ray, or no cluster.
    """
    _check(address)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    alone = _ALONE if address is None or address.startswith(_LOOPBACK) else {}
    token = {} if address else {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": _token()}
    with _environment({**_QUIET, **alone, **token}):
        ray = _imported()
        namespace = f"extractor-{secrets.token_hex(8)}"
        try:
            _begin(ray, address, workers, namespace)
            for number, handler in before.items():
                signal.signal(number, handler)
            if address is None:
                _refuse_open_ports(ray)
            yield Cluster(ray, workers or max(1, int(ray.cluster_resources().get("CPU", 1))), namespace)
        finally:
            ray.shutdown()
            for number, handler in before.items():
                signal.signal(number, handler)


def _check(address: str | None) -> None:
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        raise ConfigError("--engine ray needs the extra `ray`", hint="pip install 'extractor[ray]'")
    if address and address.startswith("ray://"):
        raise ConfigError(
            f"--ray-address {address}: a run cannot drive a cluster from outside",
            hint="start it on a machine of the cluster, with --ray-address auto",
        )


def _imported() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's, about itself
        import ray  # noqa: PLC0415 - an extra, and seconds to import
        import ray.data  # noqa: PLC0415 - likewise
    if tuple(int(part) for part in ray.__version__.split(".")[:2]) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise ConfigError(
            f"ray {ray.__version__} lets others in: at least {wanted} is needed",
            hint="pip install --upgrade 'extractor[ray]'",
        )
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    module: ModuleType = ray
    return module


def _begin(ray: ModuleType, address: str | None, workers: int | None, namespace: str) -> None:
    options: dict[str, Any] = {"namespace": namespace, "log_to_driver": False, "logging_level": "CRITICAL"}
    if address:
        options["address"] = address
    else:
        options |= {
            "address": "local",
            "num_cpus": workers or os.cpu_count(),
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
        }
    for attempt in range(_TRIES):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of files that Ray leaves to the collector
                ray.init(**options)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - Ray raises bare ones
            ray.shutdown()
            if address or attempt + 1 == _TRIES:
                where = f"the Ray cluster at {address}" if address else "a Ray cluster on this machine"
                raise ConfigError(
                    f"{where} does not start: {type(problem).__name__}",
                    hint="is it up, and the token set?" if address else "is the machine busy? see /tmp/ray",
                ) from None
        else:
            return


def _refuse_open_ports(ray: ModuleType) -> None:
    """Raise ConfigError where Ray was imported before it could be told to stay on the loopback interface."""
    if not str(ray.util.get_node_ip_address()).startswith("127."):
        raise ConfigError(
            "Ray was imported before the run began, and would listen on the network",
            hint=f"set {next(iter(_ALONE))}=0 first, or join a cluster with --ray-address",
        )


@functools.cache
def _token() -> str:
    """Return what lets into the clusters of this process: Ray reads it once."""
    return secrets.token_hex(32)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the processes that are begun meanwhile; what the user has set stays, but a token."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(
        {name: value for name, value in values.items() if before[name] is None or "AUTH" in name}
    )
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
