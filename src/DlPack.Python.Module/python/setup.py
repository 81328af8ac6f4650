"""What pyproject.toml cannot say: the module was built before, it is a native one, and which systems can load it.

Called by eng/build-wheel.sh, with the module in place and DLPACK_VERSION set.
"""

import os
import platform
import re
from pathlib import Path

from setuptools import Distribution, setup
from wheel.bdist_wheel import bdist_wheel

FLOOR = "cp39"
MODULE = Path(__file__).parent / "dlpack" / "_dlpack.abi3.so"


class NativeDistribution(Distribution):
    def has_ext_modules(self):
        return True


class NativeWheel(bdist_wheel):
    def get_tag(self):
        _, _, system = super().get_tag()
        return FLOOR, "abi3", glibc_tag() if system.startswith("linux_") else system


def glibc_tag():
    """The oldest glibc that has every symbol version that the module asks for; 2.17 is where the tags begin."""
    asked = [int(minor) for minor in re.findall(rb"\0GLIBC_2\.(\d+)", MODULE.read_bytes())]
    return f"manylinux_2_{max(asked + [17])}_{platform.machine()}"


setup(
    version=os.environ["DLPACK_VERSION"],
    distclass=NativeDistribution,
    cmdclass={"bdist_wheel": NativeWheel},
)
