"""What is compiled: optional, because verification also runs without a compiler."""

from pathlib import Path

from setuptools import Extension, setup

FLAGS = [
    "-O2",
    "-std=c11",
    "-fno-tree-vectorize",
    "-fno-strict-aliasing",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
]


def compiled(name: str) -> Extension:
    """The module of that name, of which all sources are in the directory of that name."""
    folder = "src/" + name.replace(".", "/")
    return Extension(
        name,
        sources=[f"{folder}/module.c"],
        depends=sorted(map(str, Path(folder).glob("*.h"))),
        define_macros=[("Py_LIMITED_API", "0x030B0000")],
        extra_compile_args=FLAGS,
        py_limited_api=True,
        optional=True,
    )


setup(
    # SM2 and SM3, for whose flags tests/native/Makefile checks constant time, and for -O3; and what
    # most files look like.
    ext_modules=[compiled("govseal.sm2._core"), compiled("govseal._usual")],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
