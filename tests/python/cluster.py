"""Articles compared with each other by every engine there is, and on a cluster of Apache Spark one of whose executors is
killed on the way: the same bytes, findings and reasons come out as of the command line.

    pip install ./python 'pyspark[connect]' 'pandas<3' duckdb pysail pyarrow
    python tests/python/cluster.py ARTICLES.jsonl [--articles N] [--engines NAME ...] [--modes NAME ...]

For a person to run, not for every commit: it needs Java 17 or later, too. Copies of paragraphs, whole, changed and cut,
are planted in the articles first. The mode "off" is clean, "steps" are fingerprints, near_duplicates and verify, whose
rows are compared with the tables that DuckDB works with, since the command line writes none.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

import unecho  # noqa: E402  # after its environment

Rows = Iterable[Sequence[Any]]
BOX = "Sign up for our weekly newsletter and never miss a story from the islands and the coast."
NEAR = "Sign up for our weekly newsletter, and never miss a story from the islands or the coast"
ENGINES = ["python", "duckdb", "sail", "sail-cluster", "spark", "spark-killed"]
# Those that a mode has nothing to do with.
LEFT_OUT = {"off": ["duckdb"], "steps": ["python", "duckdb"], "boilerplate": ["python"], "repeats": ["python"]}
MODES = ["off", "steps", "boilerplate", "repeats"]


def planted(path: Path, most: int) -> list[dict[str, Any]]:
    """The first articles of a file, numbered, with copies of each other's paragraphs."""
    with path.open(encoding="utf-8") as file:
        articles = [json.loads(line) for line, _ in zip(file, range(most))]
    rows = []
    for number, article in enumerate(articles):
        text = article["text"]
        if number % 9 == 0:
            text += f"\n\n{BOX if number % 2 else NEAR}\n"
        if number % 5 == 1:
            words = max(articles[number * 7 % len(articles)]["text"].split("\n"), key=len).split(" ")
            length = len(words) * 2 // 3 if number % 2 else len(words)
            text += "\n\n" + " ".join(words[:length]) + "\n"
        rows.append({"id": number, "url": f"https://www.site{number % 3}.example/{number}", "text": text})
    return rows


def by_command(rows: list[dict[str, Any]], folder: Path, mode: str) -> dict[int, Any]:
    """What the command line makes of it: text and findings by number."""
    articles, out, log = (folder / name for name in ("articles.jsonl", f"{mode}.jsonl", f"{mode}.log"))
    articles.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [str(Path(sys.executable).parent / "unecho"), "clean", "--quiet", str(articles), "--across", mode]
    subprocess.run([*command, "-o", str(out), "--log", str(log)], check=True)
    texts = {row["id"]: row["text"] for row in map(json.loads, out.read_bytes().splitlines())}
    findings: dict[int, list[Any]] = {id: [] for id in texts}
    for entry in map(json.loads, log.read_bytes().splitlines()):
        if entry["type"] == "finding" and entry["verdict"] != "keep":
            told = [entry[name] for name in ("paragraph", "twin", "kind", "verdict", "role", "coverage", "reason")]
            findings[int(entry["doc"])].append([*told, entry.get("elsewhere", {}).get("doc")])
    return {id: [text, findings[id]] for id, text in texts.items()}


def told(rows: Iterator[dict[str, Any]]) -> dict[int, Any]:
    """The same of the rows of a table."""

    def finding(struct: dict[str, Any]) -> list[Any]:
        return list({**struct, "coverage": round(struct["coverage"], 4)}.values())

    return {row["id"]: [row["text"], [finding(struct) for struct in row["text_findings"]]] for row in rows}


def rows_of_steps(prints: Rows, pairs: Rows, judged: Rows) -> dict[str, Any]:
    """What the single steps make: the rows by what they are of."""
    named = {"paragraph": (prints, 1), "pair": (pairs, 2), "judged": (judged, 2)}
    return {
        " ".join(map(str, [name, *row[:keys]])): list(row[keys:]) for name, (rows, keys) in named.items() for row in rows
    }


PRINTS = "paragraph, number, key, passage"
PAIR = "earlier, later, earlier_passage, later_passage"
JUDGED = "earlier, later, forth, forth_goes, back, back_goes"


def steps_by_duckdb(folder: Path) -> dict[str, Any]:
    """The rows of the tables that a comparison by DuckDB leaves behind."""
    import duckdb
    from unecho import duckdb as out_of_core

    path = out_of_core.boilerplate(f"read_json('{folder}/articles.jsonl')", work=folder / "steps", site="url")
    prints, pairs, judged = (f"'{path.with_name(name)}.parquet'" for name in ("paragraphs", "pairs", "judged"))
    joined = f"""{pairs} p join (select paragraph as earlier, passage as earlier_passage from {prints}) using (earlier)
                 join (select paragraph as later, passage as later_passage from {prints}) using (later)"""
    queries = [f"select {PRINTS} from {prints}", f"select {PAIR} from {joined}", f"select {JUDGED} from {judged}"]
    return rows_of_steps(*(duckdb.sql(query).fetchall() for query in queries))


def steps_by_spark(frame: Any, work: Path) -> dict[str, Any]:
    from unecho import spark as cluster

    prints = cluster.fingerprints(frame, site="url")
    pairs = cluster.near_duplicates(frame, work=str(work), site="url")
    judged = cluster.verify(pairs).where("forth is not null or back is not null")
    return rows_of_steps(
        *(df.select(*names.split(", ")).collect() for df, names in [(prints, PRINTS), (pairs, PAIR), (judged, JUDGED)])
    )


def run(engine: str, mode: str, folder: Path, kill_at: str) -> dict[Any, Any]:
    """What an engine makes of the articles in the folder."""
    with (folder / "articles.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    work = folder / engine
    if engine == "python":
        import pyarrow

        return told(iter(unecho.clean_table(pyarrow.Table.from_pylist(rows)).to_pyarrow().to_pylist()))
    if engine == "duckdb":
        import duckdb
        from unecho import duckdb as out_of_core

        source = f"read_json('{folder}/articles.jsonl')"
        path = getattr(out_of_core, mode)(source, work=work, site="url")
        return told(iter(duckdb.read_parquet(str(path)).to_arrow_table().to_pylist()))
    from unecho import spark as cluster

    spark, stop = session(engine)
    schema = "id long, url string, text string"
    frame = spark.createDataFrame([(row["id"], row["url"], row["text"]) for row in rows], schema).repartition(8)
    killer = None
    if engine == "spark-killed":
        killer = threading.Thread(target=kill_one, args=(work, None if mode == "off" else kill_at))
        killer.start()
    if mode == "steps":
        found = steps_by_spark(frame, work)
    else:
        across = {} if mode == "off" else {"work": str(work), "site": "url"}
        cleaned = getattr(cluster, "clean" if mode == "off" else mode)(frame, **across)
        found = told(row.asDict(recursive=True) for row in cleaned.collect())
    if killer is not None:
        killer.join()
    stop()
    return found


def session(engine: str) -> tuple[Any, Any]:
    """A session, and what ends it."""
    from pyspark.sql import SparkSession

    if engine.startswith("spark"):
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.executor.memory", "1g").config("spark.sql.shuffle.partitions", "8")
        spark = builder.getOrCreate()
        return spark, spark.stop
    if engine == "sail-cluster":
        os.environ["SAIL_MODE"] = "local-cluster"
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    return SparkSession.builder.remote("sc://{}:{}".format(*server.listening_address)).getOrCreate(), server.stop


def processes(named: str) -> list[int]:
    """The processes whose command names this and that descend from this one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    parents, found = {}, []
    for line in listed.splitlines():
        pid, parent, command = line.split(maxsplit=2)
        parents[int(pid)] = int(parent)
        if named in command:
            found.append(int(pid))

    def ours(pid: int) -> bool:
        return pid == os.getpid() or (pid in parents and ours(parents[pid]))

    return [pid for pid in found if ours(pid)]


def kill_one(work: Path, step: str | None) -> None:
    """Kills an executor as soon as the table of a step is being written; without one, as soon as rows are worked out."""
    while not (list(work.glob(f"unecho-*/{step}")) if step else processes("pyspark.daemon")):
        time.sleep(0.02)
    killed = processes("CoarseGrainedExecutorBackend")[0]
    os.kill(killed, signal.SIGKILL)
    print(f"    executor {killed} killed while {step or 'the first rows'} came", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="most", type=int, metavar="N", default=1000)
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES)
    parser.add_argument("--modes", nargs="+", default=MODES, choices=MODES)
    parser.add_argument("--kill-at", metavar="STEP", default="shingles")
    parser.add_argument("--one", nargs=2, metavar=("ENGINE", "MODE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        # In a process of its own: the articles are a folder here.
        found = run(*arguments.one, arguments.articles, arguments.kill_at)
        (arguments.articles / "found.json").write_text(json.dumps(found))
        sys.stdout.flush()
        os._exit(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mode in arguments.modes:
            rows = planted(arguments.articles, arguments.most)
            if mode == "steps":
                (folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
                expected = steps_by_duckdb(folder)
                print(f"{mode}: {len(rows)} articles", flush=True)
            else:
                expected = {str(id): row for id, row in by_command(rows, folder, mode).items()}
                across = sum(finding[-1] is not None for _, findings in expected.values() for finding in findings)
                print(f"{mode}: {len(rows)} articles, {across} findings across them", flush=True)
            for engine in arguments.engines:
                if engine in LEFT_OUT[mode]:
                    continue
                start = time.monotonic()
                subprocess.run(
                    [sys.executable, __file__, str(folder), "--one", engine, mode, "--kill-at", arguments.kill_at],
                    check=True,
                )
                found = json.loads((folder / "found.json").read_text())
                same = sum(found.get(id) == row for id, row in expected.items())
                print(f"  {engine}: {len(found)} rows, {same} the same, {time.monotonic() - start:.0f} s", flush=True)
                assert found == expected, engine


main()
