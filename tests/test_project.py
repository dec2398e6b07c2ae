"""What the documents promise is what the code does: names, keys, commands, versions."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType

import grimp
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command, get_commands

from accounting.reason_kinds import REASONS
from connector.configuration import inactive
from connector.configuration.schema import FileSchema
from connector.configuration.yaml_text import read_yaml
from connector.lib import version
from stores import registry

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
PACKAGES = ("connector", "sync", "accounting", "accounts_mapping", "stores", "xero")
# Read from the environment, and not by settings.
OTHER_READERS = {
    "CLOCK_SCALE",
    "CLOCK_BASE",
    "PORT",
    "SOURCE_DATE_EPOCH",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
}
# Set by our own processes for each other or for a library.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "OAUTHLIB_RELAX_TOKEN_SCOPE", "OAUTHLIB_INSECURE_TRANSPORT"}


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def tree() -> tuple[Path, ...]:
    """The files that are, or are about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    files = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in files if path.is_file())


@cache
def texts() -> dict[Path, str]:
    found = {}
    for path in tree():
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def documents() -> list[Path]:
    return [path for path in texts() if path.suffix == ".md"]


def section(title: str) -> str:
    """A part of the README, up to the next heading of its level."""
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def settings_variables() -> set[str]:
    text = (ROOT / "connector/settings.py").read_text(encoding="utf-8")
    return set(re.findall(r"env(?:\.ENVIRON)?\.\w+\(\s*\"([A-Z][A-Z0-9_]+)\"", text))


def documented_variables() -> set[str]:
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", section("Environment"), re.MULTILINE))


# --- code and database ----------------------------------------------------------------------


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_production_environment_passes_the_deploy_check(tmp_path):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
        env=kept | {
            "DATA_DIR": str(tmp_path),
            "PUBLIC_URL": "https://books.example.com",
            "ALLOWED_HOSTS": "books.example.com",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_version_is_that_of_the_newest_changelog_entry():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = re.search(r"^## (\S+) - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    assert entry is not None
    assert project()["project"]["version"] == entry[1]


def test_every_dependency_is_locked_with_a_hash():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.findall(
        r"^([\w.-]+)(?:\[[^]]*\])?==(.*?)(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL
    )
    assert blocks
    assert [name for name, rest in blocks if "--hash=sha256:" not in rest] == []
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name, _ in blocks}
    wanted = [
        *project()["project"]["dependencies"],
        *project()["project"]["optional-dependencies"]["embedded"],
        *project()["dependency-groups"]["dev"],
    ]
    names = {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", one)[0]).lower() for one in wanted}
    assert names - locked == set()


def test_nothing_the_image_uninstalls_is_needed_to_run():
    def names(listed: list[str]) -> set[str]:
        return {re.match(r"[\w.-]+", one)[0].lower() for one in listed}

    tools = names(project()["dependency-groups"]["dev"])
    assert tools & names(project()["project"]["dependencies"]) == set()


def names_of_platforms(text: str) -> list[tuple[int, str]]:
    """Line by line, the names by which platforms of shops are called, in any spelling."""
    names = re.compile(r"magento|adobe[ _-]?commerce|open[ _-]?cart|cs[ _-]?cart", re.IGNORECASE)
    return [
        (number, found[0])
        for number, line in enumerate(text.splitlines(), start=1)
        for found in names.finditer(line)
    ]


def platform_of(said: str) -> str:
    """The folder of a platform by one of its names."""
    return re.sub(r"[ _-]", "", said.lower()).replace("adobecommerce", "magento")


def test_no_code_outside_its_folder_names_a_platform():
    """What is particular to a platform stands in its profile. The settings register it; the demo
    and the stand-ins are of one on purpose."""
    registered = tuple(set(settings.STORE_ADAPTERS) | set(settings.STORE_ADAPTERS.values()))
    found = []
    for path, text in texts().items():
        name = str(path.relative_to(ROOT))
        inside = name.startswith(("stores/adapters/", "connector/demo/"))
        ours = name.startswith(tuple(f"{one}/" for one in (*PACKAGES, "templates", "static")))
        if inside or not ours or path.suffix not in (".py", ".html", ".yaml", ".js", ".css"):
            continue
        if name == "connector/settings.py":
            for one in sorted(registered, key=len, reverse=True):
                text = text.replace(f'"{one}"', '""')
        found += [f"{name}:{line}: {said}" for line, said in names_of_platforms(text)]
    assert found == []


def test_a_platform_is_named_in_its_own_folder_only():
    folders = {path.name for path in (ROOT / "stores/adapters").iterdir() if path.is_dir()}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {said}"
        for path, text in texts().items()
        if path.is_relative_to(ROOT / "stores/adapters") and path.suffix == ".py"
        for line, said in names_of_platforms(text)
        if platform_of(said) != path.relative_to(ROOT / "stores/adapters").parts[0]
    ]
    assert {"magento", "opencart", "cscart"} <= folders
    assert found == []


def test_a_name_of_a_platform_is_found_in_any_spelling():
    text = "x = 1\nMAGENTO_STATUSES = CS-Cart\nif open_cart or Adobe Commerce or CsCart:\n"
    assert names_of_platforms(text) == [
        (2, "MAGENTO"), (2, "CS-Cart"), (3, "open_cart"), (3, "Adobe Commerce"), (3, "CsCart"),
    ]  # fmt: skip


# --- README ---------------------------------------------------------------------------------


def test_the_commands_of_the_documents_exist():
    everything = "\n".join(texts()[path] for path in documents())
    used = set(re.findall(r"manage\.py (\w[\w-]*)", everything))
    used |= set(re.findall(r"^\| `([a-z_]+)[ `]", section("Commands"), re.MULTILINE))
    assert {"config", "sync", "preview", "doctor", "demo"} <= used
    assert used - set(get_commands()) == set()


def test_our_commands_are_all_in_the_readme():
    ours = {name for name, app in get_commands().items() if app in PACKAGES}
    listed = set(re.findall(r"^\| `([a-z_]+)[ `]", section("Commands"), re.MULTILINE))
    assert ours - listed == set()


@pytest.mark.parametrize(
    "row", re.findall(r"^\| `([a-z_]+) ([^|`]*--[^|`]*)` \|", section("Commands"), re.MULTILINE)
)
def test_the_options_in_the_readme_are_those_of_the_command(row):
    from django.core.management import load_command_class

    name, usage = row
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    known = set(parser._option_string_actions)
    assert set(re.findall(r"--[\w-]+", usage)) - known == set()


def test_the_make_targets_are_those_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    listed = set(re.findall(r"^\| `make ([a-z0-9]+)", section("Make targets"), re.MULTILINE))
    assert listed == targets
    used = {
        name
        for path in documents()
        for name in re.findall(r"(?:^    |`)make ([a-z0-9]+)", texts()[path], re.MULTILINE)
    }
    assert used - targets == set()


def test_the_documented_variables_are_those_that_are_read():
    assert documented_variables() == settings_variables() | OTHER_READERS


def test_nothing_else_is_read_from_the_environment():
    found = set()
    for path, text in texts().items():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES:
            found |= set(re.findall(r"os\.environ\.get\(\s*\"([A-Z_]+)\"", text))
            found |= set(re.findall(r"os\.environ\[\"([A-Z_]+)\"\](?! =)", text))
            found |= set(re.findall(r"os\.getenv\(\s*\"([A-Z_]+)\"", text))
    assert found - INTERNAL == OTHER_READERS


def readme_examples() -> list[str]:
    blocks = re.findall(r" *```yaml\n(.*?) *```", README, re.DOTALL)
    return [textwrap.dedent(block) for block in blocks]


@pytest.mark.parametrize(("at", "platform"), [(0, "magento"), (1, "opencart"), (2, "cscart")])
def test_the_pages_show_the_examples_of_the_readme(at, platform):
    assert readme_examples()[at] == registry.profile(platform).example


@pytest.mark.parametrize(
    ("text", "slug"), list(zip(readme_examples(), ["au", "uk", "cs"], strict=True))
)
def test_the_example_configurations_of_the_readme_are_valid(text, slug):
    document, problems = read_yaml(text)
    assert problems == []
    configuration = FileSchema.model_validate(document)
    assert [store.slug for store in configuration.stores] == [slug]
    assert inactive.inactive(configuration) == []
    (store,) = configuration.stores
    assert (store.environment, store.enabled, store.posting.status) == ("sandbox", False, "DRAFT")
    assert store.tax.none


def test_every_reason_says_in_words_what_a_person_does():
    pages = ("Chart of accounts", "Already in Xero", "Xero connection")
    for code, kind in REASONS.items():
        assert len(kind.fix.split()) >= 3, f"{code}: {kind.fix}"
        assert "Mapping page" not in kind.fix
        for named in re.findall(r"\bpage ([A-Z].*)", kind.fix):
            assert named.startswith(pages), f"{code}: {kind.fix}"
        for word in ("object", "list", "element", "parent", "ambiguous"):
            assert word not in kind.title.split(), f"{code}: {kind.title}"


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in documents():
        for target in re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", texts()[path]):
            if target and "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_paths_in_the_documents_lead_somewhere():
    """`sync/ingest/`, `accounting/orders.py`: what begins with a folder of the project."""
    folders = {path.relative_to(ROOT).parts[0] for path in tree() if path.parent != ROOT}
    named = {
        f"{path.relative_to(ROOT)}: {found}"
        for path in documents()
        if path.parent in (ROOT, ROOT / "docs") and path.name != "CHANGELOG.md"
        for found in re.findall(r"`([a-z_]+(?:/[\w.-]+)+/?)`", texts()[path])
        if found.partition("/")[0] in folders
    }
    assert len(named) > 50
    assert sorted(one for one in named if not (ROOT / one.partition(": ")[2]).exists()) == []


# --- generated documents ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["configuration.md", "reasons.md"])
def test_generated_documents_are_fresh(name):
    stored = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert stored == generator().DOCUMENTS[name](), "run docs/generate.py"


def test_every_key_of_the_schema_is_documented():
    assert set(generator().MEANINGS) == set(generator().paths())
    schema = json.dumps(FileSchema.model_json_schema(by_alias=True))
    assert {path.rpartition(".")[2] for path in generator().paths()} >= {
        name
        for definition in json.loads(schema)["$defs"].values()
        for name in definition.get("properties", {})
        if definition["title"] not in ("RowAccount",)
    }


def test_settings_without_effect_are_keys_of_the_schema():
    keys = set(generator().paths())
    assert set(generator().NO_EFFECT) - keys == set()


def test_every_reason_is_documented():
    listed = (ROOT / "docs/reasons.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", listed, re.MULTILINE)) == set(REASONS)


def test_decision_notes_are_short_and_numbered():
    notes = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [note.name[:4] for note in notes] == [f"{n:04}" for n in range(1, len(notes) + 1)]
    assert [note.name for note in notes if len(note.read_text().splitlines()) > 15] == []


# --- containers -------------------------------------------------------------------------------


def test_compose_sets_only_variables_that_settings_read():
    for name in ("migrate", "web", "worker", "beat"):
        given = {key.removesuffix("_FILE") for key in COMPOSE["services"][name]["environment"]}
        assert given - settings_variables() == set()


def test_compose_mounts_every_secret_that_it_names():
    for service in COMPOSE["services"].values():
        files = [value for key, value in service["environment"].items() if key.endswith("_FILE")] \
            if "environment" in service else []  # fmt: skip
        assert {Path(value).name for value in files} == set(service.get("secrets", ()))
    used = {name for service in COMPOSE["services"].values() for name in service.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])


def test_compose_runs_the_same_processes_as_one_box():
    from connector.processes import programs

    for name, arguments in (("worker", programs.worker()), ("beat", programs.beat())):
        words = [word for word in arguments[1:] if not word.isdecimal()]
        command = COMPOSE["services"][name]["command"]
        assert [word for word in command[1:] if not word.isdecimal()] == words


def test_the_image_runs_without_root_and_installs_by_hash():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["connector"]
    assert sum("pip install" in line and "--require-hashes" in line for line in lines) == 1
    copied = [word for line in lines if line.startswith("COPY req") for word in line.split()[1:-1]]
    assert [name for name in copied if not (ROOT / name).is_file()] == []
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"data", "secrets", ".venv", ".git", ".env"} <= set(ignored)
    assert not set(copied) & set(ignored)


# --- the measure of the house -------------------------------------------------------------------

MODULES, LINES, FUNCTION = 15, 300, 40
# A folder of rows is one aggregate a module, however many there are.
BY_AGGREGATE = {"sync/models"}
# What a docstring says where a module is long on purpose, such as a table.
REASON = "Long because"
MEASURED = (*PACKAGES, "sandbox")


def sources() -> dict[str, str]:
    """The code of the product and its stand-ins by path, without migrations."""
    return {
        str(path.relative_to(ROOT)): text
        for path, text in texts().items()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in MEASURED
        and "migrations" not in path.parts
    }


def long_functions(text: str) -> list[tuple[str, int]]:
    """(name, lines) of the functions over the measure, without their docstrings and decorators."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= node.body[0].end_lineno - node.body[0].lineno + 1
            if lines > FUNCTION:
                found.append((node.name, lines))
    return found


def is_long(text: str) -> bool:
    """Whether a module is over the measure and its docstring does not say why."""
    said = ast.get_docstring(ast.parse(text)) or ""
    return len(text.splitlines()) > LINES and REASON not in said


def too_large(code: dict[str, str]) -> dict[str, int]:
    """Each package by its modules, each module and function by its lines, if over the measure."""
    folders = Counter(str(Path(name).parent) for name in code if not name.endswith("/__init__.py"))
    found = {
        folder: count
        for folder, count in folders.items()
        if count > MODULES and folder not in BY_AGGREGATE
    }
    for name, text in code.items():
        if is_long(text):
            found[name] = len(text.splitlines())
        found |= {f"{name}: {one}": lines for one, lines in long_functions(text)}
    return found


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules of which each is imported by the next, back to the first; none where all is well."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_room_is_too_full_and_no_module_or_function_too_long():
    assert too_large(sources()) == {}


def test_no_modules_import_each_other_in_a_circle():
    graph = grimp.build_graph(*MEASURED, cache_dir=None)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    assert circle(imports) == []


def test_what_is_over_the_measure_is_seen():
    body = "\n".join(f"    x = {number}" for number in range(FUNCTION - 1))
    function = f'def long():\n    """Two\n    lines."""\n{body}\n'
    module = "x = 1\n" * LINES
    code = {f"a/{number}.py": "" for number in range(MODULES)}
    assert too_large({"a/__init__.py": "", "b/c.py": module + function, **code}) == {
        "b/c.py": LINES + FUNCTION + 2
    }
    longer = function + "    y = 1\n"
    assert too_large({"a/x.py": longer, "b/c.py": module, **code}) == {
        "a": MODULES + 1,
        "a/x.py: long": FUNCTION + 1,
    }
    assert too_large({"b/c.py": f'"""Words. {REASON} it lists them."""\n{module}'}) == {}
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})) == {"b", "c"}


# --- names --------------------------------------------------------------------------------------


def names_in(tree: ast.Module) -> tuple[set[str], set[str]]:
    """What a module makes, and what it has from elsewhere, outside functions and classes."""
    made: set[str] = set()
    had: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            had |= {one.asname or one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        else:
            todo += ast.iter_child_nodes(node)
    return made, had


def passing_by(code: dict[str, str]) -> list[str]:
    """Names that a module imports from one that has them from elsewhere itself. The `__init__` of
    a package is its face, and may show what its modules make."""
    trees = {name: ast.parse(text) for name, text in code.items()}
    modules = {
        name.removesuffix(".py").replace("/", "."): names_in(tree)
        for name, tree in trees.items()
        if not name.endswith("__init__.py")
    }
    return [
        f"{name}:{node.lineno}: {one.name} of {node.module}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in modules
        for one in node.names
        if one.name in modules[node.module][1] - modules[node.module][0]
    ]


def classes_by_world() -> dict[str, Counter[str]]:
    """Names of public classes, counted in each world: every adapter, every stand-in, the product
    with what its adapters are called by. Commands and apps are named by Django."""
    found: dict[str, Counter[str]] = {}
    for path in tree():
        where = path.relative_to(ROOT).parts
        if path.suffix != ".py" or where[0] not in (*PACKAGES, "sandbox"):
            continue
        if "migrations" in where or "management" in where:
            continue
        adapter = where[:2] == ("stores", "adapters") and len(where) > 3
        world = "/".join(where[:3] if adapter else where[:2] if where[0] == "sandbox" else ["ours"])
        names = (
            node.name
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        )
        found.setdefault(world, Counter()).update(names)
    return found


def test_the_smallest_platform_stays_small():
    """CONTRIBUTING calls it the smallest whole one: what grows here grows in every adapter."""
    toy = ROOT / "tests/stores/toy"
    parts = [toy / f"{name}.py" for name in ("adapter", "parse", "profile")]
    assert sum(len(part.read_text(encoding="utf-8").splitlines()) for part in parts) <= 120


def test_no_class_name_means_two_things():
    """Two adapters may have a class of one name each, which is then no name of the product's."""
    worlds = classes_by_world()
    twice = {w: sorted(name for name, n in names.items() if n > 1) for w, names in worlds.items()}
    assert {world: names for world, names in twice.items() if names} == {}
    ours = worlds["ours"].keys()
    theirs = {w: sorted(ours & names.keys()) for w, names in worlds.items() if "adapters" in w}
    assert {world: names for world, names in theirs.items() if names} == {}


def test_no_name_is_imported_from_where_it_merely_passes_by():
    tested = {
        str(path.relative_to(ROOT)): text
        for path, text in texts().items()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")
    }
    assert passing_by(sources() | tested) == []


def test_a_name_that_passes_by_is_seen():
    code = {
        "a/one.py": "try:\n    Made = 1\nexcept ValueError:\n    pass\n",
        "a/two.py": "from a.one import Made\nclass Own: ...\n",
        "a/__init__.py": "from a.one import Made\n",
        "b.py": "from a import Made\nfrom a.one import Made\nfrom a.two import Made, Own\n",
    }
    assert passing_by(code) == ["b.py:3: Made of a.two"]


# --- the tree as a whole ------------------------------------------------------------------------


def test_no_file_names_the_host_of_a_package_registry():
    hosts = re.compile(
        "|".join(
            [r"pypi\." + "org", "python" + r"hosted\.org", r"npm" + r"js\.(?:org|com)",
             r"registry\." + r"yarnpkg", r"proxy\." + r"golang", r"crates\." + "io",
             r"index-" + "url [^-]", r"extra-" + "index", r"docker\." + "io", r"ghcr\." + "io",
             r"quay\." + "io"]
        ),
        re.IGNORECASE,
    )  # fmt: skip
    assert [
        str(path.relative_to(ROOT)) for path, text in texts().items() if hosts.search(text)
    ] == []


def test_the_tree_speaks_of_the_product_only():
    words = re.compile(
        "|".join(
            [r"\b" + "cla" + r"ude\b", "anth" + "ropic", "chat" + "gpt", "open" + r"ai\b",
             "co" + "pilot", r"language " + "model", r"\b(?-i:A" + r"I)\b",
             r"generated by an? " + "a", "co-authored" + "-by", "/work" + "/(?:main|shared)"]
        ),
        re.IGNORECASE,
    )  # fmt: skip
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path, text in texts().items()
        if (hit := words.search(text)) is not None
    ]
    assert found == []


@pytest.mark.parametrize("how", [["install", "--target"], ["wheel", "--wheel-dir"]])
def test_who_builds_a_package_is_told_what_to_type_and_gets_none(
    tmp_path: Path, how: list[str]
) -> None:
    command, where = how
    result = subprocess.run(
        [sys.executable, "-m", "pip", command, "--no-index", "--no-deps", where, str(tmp_path),
         "."],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert result.returncode != 0
    said = result.stdout + result.stderr
    assert "Shop to Xero is no package to install: it runs from its checkout" in said
    assert "make install" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_the_product_calls_itself_by_the_version_of_its_file() -> None:
    assert version.current() == project()["project"]["version"]


def test_the_pictures_are_taken_without_a_test_run():
    """`make screenshots` starts as a program of its own: what it imports needs no settings."""
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-c", "import tests.e2e.screenshots"]
    subprocess.run(command, cwd=ROOT, env=clean, check=True)
