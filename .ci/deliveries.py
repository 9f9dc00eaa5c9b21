"""`pavior apply` as its users run it: real git, real Terraform, and a process that is killed wherever it can be."""

import contextlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

from tools import PAVIOR, ROOT, Skipped, need, run

# Places between steps are in debug builds alone: `cargo test` makes one.
DEBUG = ROOT / "target" / "debug" / "pavior"


class Platform:
    """A platform repository in a folder of its own, and its local environment."""

    def __init__(self, folder, program=PAVIOR):
        self.folder, self.program, self.terraform = pathlib.Path(folder), program, need("terraform")

    def git(self, *arguments):
        identity = ("-c", "user.name=jo", "-c", "user.email=jo@localhost", "-c", "commit.gpgSign=false")
        return run("git", "-C", self.folder, *identity, *arguments).stdout.strip()

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def edit(self, path, before, after):
        text = (self.folder / path).read_text()
        assert before in text, f"{path} has no {before!r}"
        (self.folder / path).write_text(text.replace(before, after))

    def pavior(self, command, *arguments, ok=(0,), env=None):
        return run(self.program, command, *arguments, cwd=self.folder, ok=ok, env={**os.environ, **(env or {})})

    def apply(self, *arguments, ok=(0,), env=None):
        more = ("--environment", "local", "--yes", "--terraform", self.terraform, *arguments)
        return self.pavior("apply", *more, ok=ok, env=env)

    def records(self):
        return json.loads(self.pavior("audit", "log", "--limit", "100000", "--format", "json").stdout)["records"][::-1]

    def state(self, unit):
        """What Terraform says is there, by address."""
        file = self.folder / ".git" / "pavior" / "terraform" / "local" / f"{unit}.tfstate"
        if not file.exists():
            return {}
        resources = json.loads(file.read_text())["resources"]
        return {f"{one['module']}.{one['type']}": one["instances"][0]["attributes"]["input"] for one in resources}


def break_when(platform, memory):
    """Makes the local redis one that Terraform fails to apply with this much memory, which no plan can know."""
    file = platform.folder / "golden-paths/resources/redis/local/main.tf"
    text = file.read_text().rstrip()
    assert text.endswith("}")
    check = f"""
  lifecycle {{
    postcondition {{
      condition     = self.output.memory != "{memory}"
      error_message = "There is no room for it."
    }}
  }}
}}
"""
    file.write_text(text[:-1] + check)


def with_next(folder):
    """A second environment on the laptop, behind the first, and for it what services say for the first."""
    for path in (folder / "catalog").rglob("*.yaml"):
        if path.parent.name != "environments":
            own = re.compile(r"^    local:.*\n(?:      .*\n)*", re.MULTILINE)
            path.write_text(own.sub(lambda block: block[0] + block[0].replace("local:", "next:", 1), path.read_text()))
    text = (folder / "catalog/environments/local.yaml").read_text()
    text = text.replace("name: local", "name: next").replace("boutique.localhost", "next.localhost")
    text = text.replace("  provider: local\n", "  provider: local\n  promotesFrom: local\n")
    (folder / "catalog/environments/next.yaml").write_text(text)


def without(folder, environment):
    """Takes an environment out of the catalog, as somebody would by hand."""
    (folder / f"catalog/environments/{environment}.yaml").unlink()
    for path in (folder / "catalog").rglob("*.yaml"):
        kept, below = [], None
        for line in path.read_text().splitlines(keepends=True):
            indent = len(line) - len(line.lstrip())
            if below is not None and indent > below and line.strip():
                continue
            below = indent if re.match(rf" +{environment}:", line) else None
            if below is None:
                kept.append(line)
        path.write_text(re.sub(r"\n  environments:\n(?=\S|  \S|\Z)", "\n", "".join(kept)))


def the_local_environment_lives_and_dies(_):
    """The shipped catalog's local environment: from nothing to applied, changed, broken, rolled back, promoted, destroyed."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(folder)
        run("git", "clone", "--quiet", "--no-hardlinks", ROOT, folder)
        service = "catalog/shopping/cartservice.yaml"

        applied = platform.apply().stdout
        assert "12 of 12 units as merged" in applied, applied
        assert platform.apply().stdout == "nothing to do: all is as the ledger says\n"
        assert platform.state("cartservice")["module.carts.terraform_data"]["value"]["memory"] == "256Mi"

        break_when(platform, "12Gi")
        platform.edit(service, "type: redis, class: small", "type: redis, class: medium")
        platform.commit("more room")
        platform.apply()
        assert platform.state("cartservice")["module.carts.terraform_data"]["value"]["memory"] == "3Gi"

        platform.edit(service, "type: redis, class: medium", "type: redis, class: large")
        platform.commit("too much room")
        broken = platform.apply(ok=(1,)).stdout
        assert "local/cartservice: rolled back: terraform apply: Resource postcondition failed" in broken, broken
        assert platform.state("cartservice")["module.carts.terraform_data"]["value"]["memory"] == "3Gi"
        again = platform.apply(ok=(1,)).stdout
        assert "local/cartservice: not applied: this digest is quarantined" in again, again
        kinds = [record["entry"]["kind"] for record in platform.records()]
        assert kinds.count("quarantined") == 1, kinds
        # A merge that takes it back finds all as it is to be.
        platform.git("revert", "--no-edit", "HEAD")
        assert platform.apply().stdout == "nothing to do: all is as the ledger says\n"

        promoted(platform, service)

        without(platform.folder, "local")
        platform.commit("no laptop needs it any more")
        refused = platform.apply(ok=(1,)).stdout
        assert "12 of 12 units of local would go: say --confirm local if that is meant" in refused, refused
        gone = platform.apply("--confirm", "local").stdout
        assert "12 of 12 units as merged" in gone, gone
        assert platform.state("cartservice") == {}
        platform.pavior("audit", "verify")
        assert "began" == platform.records()[1]["entry"]["kind"], platform.records()[:2]
    took = time.monotonic() - started
    print(f"{len(kinds)} records until it was rolled back; all of it in {took:.0f} s")
    assert took < 120, "it promises to take less than two minutes"


def promoted(platform, service):
    """A second environment behind the first: what is healthy in one goes on to the next, what is sick does not."""
    both = ("--environment", "next")
    with_next(platform.folder)
    platform.commit("a second laptop")
    told = platform.apply(*both).stdout
    assert "12 of 12 units as merged" in told, told

    new = "us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo/cartservice:v0.10.7"
    platform.pavior("deploy", "cartservice", "--to", "local", "--image", new, "--write")
    platform.commit("a new image, here first")
    early = platform.pavior("promote", "cartservice", "--from", "local", "--to", "next", "--require-healthy", ok=(1, 2))
    assert "healthy" in early.stdout + early.stderr, early
    assert "1 of 1 unit as merged" in platform.apply(*both).stdout
    platform.pavior("promote", "cartservice", "--from", "local", "--to", "next", "--require-healthy", "--write")
    platform.commit("and then there")
    assert "next/cartservice: healthy\n1 of 1 unit as merged" in platform.apply(*both).stdout

    platform.edit(service, "type: redis, class: medium", "type: redis, class: large")
    platform.commit("too much room, everywhere")
    sick = platform.apply(*both, ok=(1,)).stdout
    assert "next/cartservice: skipped: local/cartservice is not healthy" in sick, sick
    platform.git("revert", "--no-edit", "HEAD")
    assert platform.apply(*both).stdout == "nothing to do: all is as the ledger says\n"

    without(platform.folder, "next")
    platform.commit("one laptop is enough")
    assert "12 of 12 units as merged" in platform.apply(*both, "--confirm", "next").stdout


def runs_share_an_apply(_):
    """Three runs at once, each with its part of the shipped catalog: every unit once, none twice, in the right order."""
    count = 3
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(folder)
        run("git", "clone", "--quiet", "--no-hardlinks", ROOT, folder)
        command = [PAVIOR, "apply", "--environment", "local", "--yes", "--terraform", platform.terraform, "--shard"]
        runs = [subprocess.Popen([*map(str, command), f"{index}/{count}"], cwd=folder, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE) for index in range(1, count + 1)]
        said = [process.communicate(timeout=300) for process in runs]
        assert [process.returncode for process in runs] == [0] * count, said
        healthy = [set(re.findall(r"^(\S+): healthy$", out, re.MULTILINE)) for out, _ in said]
        assert [len(units) for units in healthy] == [4] * count, healthy
        assert len(set.union(*healthy)) == 12, healthy
        records = platform.records()
        leased = [one["entry"]["scope"]["unit"] for one in records if one["entry"]["kind"] == "leased"]
        assert sorted(leased) == sorted(set(leased)), leased
        assert leased[0] == "_environment", "what all others stand on comes first"
        platform.pavior("audit", "verify")
        assert platform.apply().stdout == "nothing to do: all is as the ledger says\n"
    print(f"{count} runs, {len(leased)} units, {len(records)} records")


def small(platform):
    """One service with a redis of its own, in one local environment."""
    shutil.copytree(ROOT / "golden-paths", platform.folder / "golden-paths")
    declarations = {
        "pavior.yaml": "kind: Platform\nmetadata: {name: test}\nspec: {organisation: acme, owners: [platform]}\n",
        "catalog/team.yaml": "kind: Team\nmetadata: {name: platform}\nspec: {forgeTeam: '@acme/platform'}\n",
        "catalog/local.yaml": "kind: Environment\nmetadata: {name: local, owner: platform}\n"
                              "spec: {class: development, provider: local, domain: local.test}\n",
        "catalog/cart.yaml": "kind: Service\nmetadata: {name: cart, owner: platform}\n"
                             "spec:\n  containers: {main: {image: 'example.com/cart:1', variables: {H: '${resources.carts.host}'}}}\n"
                             "  resources: {carts: {type: redis, class: small}}\n",
    }
    for path, text in declarations.items():
        (platform.folder / path).parent.mkdir(exist_ok=True)
        (platform.folder / path).write_text("apiVersion: pavior.dev/v1\n" + text)
    break_when(platform, "12Gi")
    platform.git("init", "--quiet", "--initial-branch", "main")
    platform.commit("cart")


def resized(size):
    def change(platform):
        platform.edit("catalog/cart.yaml", "class: small", f"class: {size}")
        platform.commit(size)
    return change


def removed(platform):
    (platform.folder / "catalog/cart.yaml").unlink()
    platform.commit("no cart")


# What a run is about when it is killed: whether something is applied before, the change, and the memory that is there
# in the end.
SCENARIOS = {
    "new": (False, lambda platform: None, "256Mi"),
    "changed": (True, resized("medium"), "3Gi"),
    "broken": (True, resized("large"), "256Mi"),
    "removed": (True, removed, None),
}


def check_laws(platform, memory, said):
    """What holds after any kill and the run behind it."""
    platform.pavior("audit", "verify")
    records = platform.records()
    began = {one["number"] for one in records if one["entry"]["kind"] == "began"}
    ended = {one["entry"]["began"] for one in records if one["entry"]["kind"] == "ended"}
    assert began == ended, f"{said}: {sorted(began ^ ended)} have a beginning or an end alone"
    leased = {one["number"] for one in records if one["entry"]["kind"] == "leased"}
    returned = {one["entry"]["lease"] for one in records if one["entry"]["kind"] == "returned"}
    assert leased == returned, f"{said}: {sorted(leased ^ returned)} are held for ever"
    there = platform.state("cart").get("module.carts.terraform_data")
    found = there and there["value"]["memory"]
    assert found == memory, f"{said}: there is {found}, and {memory} should be"
    rollbacks = [one for one in records if one["entry"]["kind"] == "began" and one["entry"]["effect"] == "rollback"]
    outcomes = [one["entry"]["outcome"] for one in records
                if one["entry"]["kind"] == "ended" and one["entry"]["began"] in {back["number"] for back in rollbacks}]
    assert outcomes.count("succeeded") <= 1, f"{said}: rolled back {outcomes}"


def settled(platform):
    """Runs until nothing more is to be done: the first one finishes what was begun. What they told beside."""
    told = ""
    for _ in range(4):
        ended = platform.apply(ok=(0, 1))
        last, told = ended.stdout, told + ended.stderr
        if "nothing to do" in last or "is quarantined" in last:
            return told
    raise AssertionError(f"it does not come to an end:\n{last}")


def prepared(folder, name, program=DEBUG):
    """A repository in which the scenario is about to be applied, to be copied."""
    platform = Platform(folder, program)
    small(platform)
    is_applied, change, _ = SCENARIOS[name]
    if is_applied:
        platform.apply()
    change(platform)
    return platform


def a67_wherever_an_apply_is_killed_the_next_one_finishes_it(_):
    """Every place between two steps, in every scenario: killed there, run again, and every law holds."""
    need("terraform")
    if not DEBUG.exists():
        raise Skipped("there is no debug build, and fail points are in no other")
    kills = 0
    for name, (_, _, memory) in SCENARIOS.items():
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "origin").mkdir()
            origin = prepared(pathlib.Path(folder) / "origin", name)
            calm = Platform(shutil.copytree(origin.folder, pathlib.Path(folder) / "calm"), DEBUG)
            told = calm.apply(ok=(0, 1), env={"PAVIOR_KILL_AT": "list"}).stderr
            points = re.findall(r"^fail point: (.*)$", told, re.MULTILINE)
            settled(calm)
            check_laws(calm, memory, f"{name}, undisturbed")
            for at, point in enumerate(points):
                time_of = points[: at + 1].count(point)
                said = f"{name}, killed at {point}#{time_of}"
                platform = Platform(shutil.copytree(origin.folder, pathlib.Path(folder) / f"run{at}"), DEBUG)
                killed = platform.apply(ok=(-signal.SIGABRT, 0, 1), env={"PAVIOR_KILL_AT": f"{point}#{time_of}"})
                assert f"killed at {point}" in killed.stderr, f"{said}: it was not reached\n{killed.stderr[-2000:]}"
                told = settled(platform)
                if point.startswith("terraform-forth"):
                    assert "an earlier run began terraform and did not end it" in told, f"{said}:\n{told}"
                check_laws(platform, memory, said)
                shutil.rmtree(platform.folder)
                kills += 1
    print(f"{kills} kills: every place between two steps of {len(SCENARIOS)} scenarios")


def started(platform, env=None, limit=None):
    """An apply under way; with a limit, no file that it or what it starts writes may be longer, as on a full disk."""
    def prepare():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [platform.program, "apply", "--environment", "local", "--yes", "--terraform", platform.terraform]
    return subprocess.Popen(list(map(str, command)), cwd=platform.folder, env={**os.environ, **(env or {})}, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepare if limit is not None else None)


def a79_a_full_disk_and_a_signal_leave_what_the_next_apply_finishes(_):
    """Too little room, a temporary folder that leads nowhere or elsewhere, and SIGTERM at any moment: told, and finished."""
    need("terraform")
    said = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "origin").mkdir()
        origin = prepared(folder / "origin", "changed", PAVIOR)

        def copy(name):
            return Platform(shutil.copytree(origin.folder, folder / name, symlinks=True), PAVIOR)

        for limit in (0, 256, 1024, 4096, 16384):
            platform = copy(f"full{limit}")
            process = started(platform, limit=limit)
            out, err = process.communicate(timeout=120)
            assert process.returncode in ((0, 1, 2) if limit > 4096 else (1, 2)), f"{limit} bytes a file: exit code {process.returncode}\n{out}{err}"
            assert out + err, "it says why"
            said.append(f"{limit}: {process.returncode}")
            settled(platform)
            check_laws(platform, SCENARIOS["changed"][2], f"no file longer than {limit} bytes")

        platform = copy("nowhere")
        (folder / "dangling").symlink_to(folder / "not-there")
        process = started(platform, env={"TMPDIR": str(folder / "dangling")})
        out, err = process.communicate(timeout=120)
        assert process.returncode == 1 and "making a folder for the plan" in out, out + err
        settled(platform)
        check_laws(platform, SCENARIOS["changed"][2], "a temporary folder that leads nowhere")

        platform = copy("elsewhere")
        (folder / "target").mkdir()
        (folder / "link").symlink_to(folder / "target")
        process = started(platform, env={"TMPDIR": str(folder / "link")})
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0 and not list((folder / "target").iterdir()), out + err

        stopped = 0
        for turn in range(10):
            platform = copy(f"term{turn}")
            process = started(platform)
            time.sleep(0.15 * turn)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=120)
            # Before it listens to signals nothing is begun; afterwards each step that was begun is brought to its end.
            assert process.returncode in (0, 1, -signal.SIGTERM), f"exit code {process.returncode}\n{out}{err}"
            stopped += process.returncode != 0
            records = platform.records()
            began = [one["number"] for one in records if one["entry"]["kind"] == "began"]
            ended = [one["entry"]["began"] for one in records if one["entry"]["kind"] == "ended"]
            assert sorted(began) == sorted(ended), f"SIGTERM after {0.15 * turn:.2f} s left something open"
            settled(platform)
            check_laws(platform, SCENARIOS["changed"][2], f"SIGTERM after {0.15 * turn:.2f} s")
    print(f"bytes that a file may have, and exit code: {', '.join(said)}; {stopped} of 10 runs stopped by a signal")


def torn(platform, name):
    """Whether the kill left a state in which Terraform no longer finds what was there."""
    if not SCENARIOS[name][0] or name == "removed":
        return False
    file = platform.folder / ".git/pavior/terraform/local/cart.tfstate"
    try:
        return len(json.loads(file.read_text())["resources"]) < 2
    except ValueError:
        return True


def random_kills(count):
    """Kills a run and all that it has started, at any moment, with real Terraform at work; on demand."""
    chance, cut, lost = random.Random(20261122), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        origins = {}
        for name in SCENARIOS:
            origins[name] = pathlib.Path(folder) / name
            origins[name].mkdir()
            prepared(origins[name], name, PAVIOR)
        for turn in range(count):
            name = chance.choice(sorted(SCENARIOS))
            platform = Platform(shutil.copytree(origins[name], pathlib.Path(folder) / "run"), PAVIOR)
            command = [PAVIOR, "apply", "--environment", "local", "--yes", "--terraform", platform.terraform]
            process = subprocess.Popen(list(map(str, command)), cwd=platform.folder, start_new_session=True,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.02, 0.8))
            cut += process.poll() is None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if torn(platform, name):
                # Terraform writes a local state in place. What it no longer knows would be made again: nothing of it is.
                said = platform.apply(ok=(1,)).stdout
                assert "more than was announced" in said and "Terraform would create" in said, said
                platform.pavior("audit", "verify")
                lost += 1
            else:
                settled(platform)
                check_laws(platform, SCENARIOS[name][2], f"kill {turn} of {name}")
            shutil.rmtree(platform.folder)
            if turn % 50 == 49:
                print(f"{turn + 1} kills, {cut} in the middle, {lost} states torn by the kill of Terraform", flush=True)
    return cut


def how_far_one_runner_goes(count):
    """Times applies of so many units with real Terraform, on one ledger in a remote; on demand, for docs/scale.md."""
    print(f"{os.cpu_count()} processors, {count} units; units a minute")
    for runs, jobs in ((1, 1), (1, 4), (1, 16), (2, 4), (4, 4)):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            platform = Platform(folder / "first")
            platform.folder.mkdir()
            small(platform)
            cart = (platform.folder / "catalog/cart.yaml").read_text()
            (platform.folder / "catalog/cart.yaml").unlink()
            for number in range(count):
                text = cart.replace("name: cart,", f"name: cart-{number},")
                (platform.folder / f"catalog/cart-{number}.yaml").write_text(text)
            platform.commit("many")
            run("git", "clone", "--quiet", "--bare", platform.folder, folder / "remote.git")
            clones = [folder / f"clone{number}" for number in range(runs)]
            for clone in clones:
                run("git", "clone", "--quiet", folder / "remote.git", clone)
            started = time.monotonic()
            processes = []
            for number, clone in enumerate(clones):
                command = [PAVIOR, "apply", "--environment", "local", "--yes", "--terraform", platform.terraform,
                           "--remote", folder / "remote.git", "--jobs", jobs, "--shard", f"{number + 1}/{runs}"]
                processes.append(subprocess.Popen(list(map(str, command)), cwd=clone, text=True,
                                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE))
            said = [process.communicate() for process in processes]
            took = time.monotonic() - started
            assert not any(process.returncode for process in processes), said
            log = Platform(clones[0]).pavior("audit", "log", "--remote", folder / "remote.git", "--limit", "1000000",
                                             "--format", "json").stdout
            records = len(json.loads(log)["records"])
            commits = run("git", "-C", folder / "remote.git", "rev-list", "--count", "refs/pavior/ledger").stdout.strip()
            print(f"{runs} runs, {jobs} jobs each: {took:.1f} s, {60 * (count + 1) / took:.0f} units a minute; "
                  f"{records} records in {commits} pushes", flush=True)
