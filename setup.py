"""What pyproject.toml cannot say: in a wheel the workflow lies inside the package, else around it."""

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

WORKFLOW = "latefusion._workflow"


class WithoutThisFile(build_py):
    """Copies packages; the folder of the Snakefile is one of them and holds no module, but this one."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Return the modules of a package with their files."""
        return [] if package == WORKFLOW else super().find_package_modules(package, package_dir)


setup(
    cmdclass={"build_py": WithoutThisFile},
    packages=[*find_packages("scripts"), WORKFLOW, f"{WORKFLOW}.scripts"],
    package_dir={"": "scripts", WORKFLOW: ".", f"{WORKFLOW}.scripts": "scripts"},
    include_package_data=False,  # or the whole source distribution would lie in the folder of the Snakefile
    package_data={
        "latefusion": ["py.typed", "report/templates/*"],
        WORKFLOW: [
            *("Snakefile", "config.yaml", "envs/*", "examples/*.yaml", "profiles/*/*"),
            *("workflow/launcher/*", "workflow/report/*", "workflow/rules/*", "workflow/schemas/*"),
        ],
    },
)
