"""The compiled SM2/SM3 core: optional, because verification also runs without a compiler."""

from pathlib import Path

from setuptools import Extension, setup

CORE = "src/govseal/sm2/_core"

setup(
    ext_modules=[
        Extension(
            "govseal.sm2._core",
            sources=[f"{CORE}/module.c"],
            depends=sorted(map(str, Path(CORE).glob("*.h"))),
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            # tests/native/Makefile checks constant time for these flags and for -O3.
            extra_compile_args=[
                "-O2",
                "-std=c11",
                "-fno-tree-vectorize",
                "-fno-strict-aliasing",
                "-fvisibility=hidden",
                "-Wall",
                "-Wextra",
            ],
            py_limited_api=True,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
