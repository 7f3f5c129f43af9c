"""`touchstone-plugin-check KEY`: proves a plugin and prints what was found."""

import argparse
import faulthandler
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from touchstone_testkit.prove import Budget, prove_plugin

DEFAULTS: Final = Budget()


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove a plugin.

    Returns:
        0 if everything is proven, 1 if something is not.
    """
    options = _parser().parse_args(arguments)
    budget = Budget(examples=options.examples, batch_seconds=options.budget)
    faulthandler.dump_traceback_later(options.timeout, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        proof = prove_plugin(options.key, options.config, budget)
    finally:
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(f"{proof}\n")
    return 0 if proof.proven else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="touchstone-plugin-check", description="Proves a plugin of Touchstone.")
    parser.add_argument("key", help="key of the plugin: the name of its entry point")
    parser.add_argument(
        "--config", type=_config, action="append", default=[], metavar="FILE", help="a configuration to try, as JSON"
    )
    parser.add_argument("--examples", type=int, default=DEFAULTS.examples, help="generated batches per check")
    parser.add_argument(
        "--budget", type=float, default=DEFAULTS.batch_seconds, help="processor seconds for the largest batch"
    )
    parser.add_argument("--timeout", type=float, default=600, help="seconds after which the run ends and shows where")
    return parser


def _config(path: str) -> Mapping[str, object]:
    """Read a configuration; argparse says what is wrong with it."""
    try:
        config: object = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read as JSON: {type(error).__name__}") from None
    if not isinstance(config, dict):
        raise argparse.ArgumentTypeError(f"{path} does not hold a JSON object")
    return cast("Mapping[str, object]", config)


if __name__ == "__main__":
    sys.exit(main())
