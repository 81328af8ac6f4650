"""Programs of their own, for what would end or hang the tests' process."""

import os
import subprocess
import sys
import textwrap


def run(program, *, status=0, timeout=120, python=sys.executable):
    """Runs a program in a Python and returns its output; it must end with that status, and complain of nothing."""
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    paths = [folder] + [p for p in (os.environ.get("PYTHONPATH"),) if p]
    result = subprocess.run(
        [python, "-X", "faulthandler", "-c", textwrap.dedent(program)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert result.returncode == status, f"ended with {result.returncode}:\n{result.stdout}{result.stderr}"
    assert not result.stderr, result.stderr
    return result.stdout.strip()
