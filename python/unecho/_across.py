"""Comparing articles with each other: what is joined with what.

The same queries run on Apache Spark, on Sail and on DuckDB; between them rows are worked out by the engine that the
command line has (``Steps.run``), so that all of them find the same. Nothing hangs on the order of rows.

A paragraph is a number: its article's, times ``paragraphs``, and its own. Of two paragraphs the earlier one has the lower
number. Of the paragraphs with the same words the first is the leader, and it alone is compared with others.
"""

import logging
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, Protocol

import pyarrow

from unecho._types import Markup, Options
from unecho._unecho import Deduplicator, Error, Steps

Mode = Literal["boilerplate", "repeats"]

log = logging.getLogger("unecho")

_BOUNDS: dict[str, Any] = Steps.bounds()

MOST_ROUNDS = 20
"""Rounds of label propagation, after which what still hangs together is left alone, but for word-for-word copies."""

MOST_LEADERS = 8
"""Paragraphs of different words that one key may stand for. By chance there are not even two."""

MOST_MEMBERS = 100_000
"""Paragraphs that may hang together, for one task holds them; more are left alone as well."""


class Across(Options, total=False):
    """The keyword arguments of a comparison across articles, beside those of Deduplicator."""

    min_articles: int
    one_site: bool
    templates: bool


def settings(mode: Mode, markup: Markup, options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of Steps, checked. A lexicon in a file is read here, not by the workers."""
    across: dict[str, Any] = {"min_articles": 3, "one_site": False, "templates": False}
    known = [*Deduplicator().options, *across]
    if unknown := [name for name in options if name not in known]:
        raise TypeError(f'there is no option "{unknown[0]}" [possible options: {", ".join(known)}]')
    engine = {name: value for name, value in options.items() if name not in across}
    across.update({name: value for name, value in options.items() if name in across})
    given: dict[str, Any] = {**Deduplicator(**engine).options, **across, "mode": mode, "markup": markup}
    Steps(**given)
    return given


def columns(there: list[str], column: str, id: str, site: str | None, name: str | None) -> dict[str, str]:
    """The columns of the table articles and where they come from."""
    wanted = {"id": id, "text": column, "site": site, "name": name}
    for what, given in wanted.items():
        if given is not None and given not in there:
            keyword = "column" if what == "text" else what
            raise Error(f'no column "{given}"; name the column that holds the {what} with {keyword}=')
    return {what: given for what, given in wanted.items() if given is not None}


class Done(NamedTuple):
    """What came of a step."""

    rows: int
    errors: int
    first_error: str | None


class Runner(Protocol):
    """An engine that holds tables, each written to the work folder before the next one begins. Names in braces in a query
    are tables."""

    def step(self, name: str, query: str, rows: str | None = None, then: str | None = None) -> Done:
        """Makes the table ``name`` of a query; of its rows those that Steps.run(rows) makes of them, and of these those
        that the query ``then`` makes of the table {it}. A table that is there already stays."""

    def define(self, name: str, query: str) -> None:
        """Lets ``name`` stand for a query."""

    def ask(self, query: str) -> int:
        """The one number that a query gives."""


def digest(steps: Steps, batches: Iterable[pyarrow.RecordBatch]) -> pyarrow.RecordBatch:
    """How many articles there are, a hash of them that does not hang on their order, and what is wrong, in one row."""
    rows, total, error = 0, 0, None
    for batch in batches:
        hashes = steps.run("identity", batch).to_pyarrow()
        rows += len(hashes)
        total += sum(hash for hash in hashes["hash"].to_pylist() if hash is not None)
        wrong = [what for what in hashes["error"].to_pylist() if what is not None]
        error = min([*wrong, error] if error is not None else wrong, default=None)
    total = (total + 2**63) % 2**64 - 2**63
    schema = pyarrow.schema([("rows", pyarrow.int64()), ("hash", pyarrow.int64()), ("error", pyarrow.string())])
    return pyarrow.record_batch([[rows], [total], [error]], schema=schema)


def total(parts: Iterable[tuple[int, int, str | None]]) -> str:
    """The digest of all articles, of those of their parts."""
    rows, hashes = 0, 0
    for count, hash, error in parts:
        if error is not None:
            raise Error(error)
        rows, hashes = rows + count, (hashes + hash) % 2**64
    return f"{rows} {hashes}"


def name_of(settings: dict[str, Any], articles: str) -> str:
    """What a comparison with these settings of these articles is called: the same again, when it is the same."""
    return blake2b(f"{Steps(**settings).terms()} {articles}".encode(), digest_size=8).hexdigest()


def check_ids(run: Runner) -> None:
    """Fails if two articles have the same number."""
    twice = run.ask("select coalesce(min(id), -1) from (select id from {articles} group by id having count(*) > 1) t")
    if twice >= 0:
        raise Error(f"two articles have the id {twice}")


def _base(paragraph: str) -> str:
    """The number of a paragraph's article, times ``paragraphs``."""
    return f"({paragraph} - {paragraph} % {_BOUNDS['paragraphs']})"


def find_pairs(run: Runner) -> None:
    """The tables paragraphs, copies and pairs of the table articles."""
    run.step("paragraphs", "select * from {articles}", rows="fingerprints")
    _find_copies(run)
    run.step(
        "shingles",
        """select p.paragraph, p.passage from {paragraphs} p
           where not exists (select 1 from {copies} c where c.paragraph = p.paragraph)""",
        rows="shingles",
        # Of what a shingle's holders answer there is no end, where it is a turn of phrase.
        then="""select hash, paragraph, asks, holders, place, error from (
                  select hash, paragraph, asks, error, count(*) over (partition by hash) as holders,
                    row_number() over (partition by hash order by paragraph) as place,
                    max(asks) over (partition by hash) as wanted
                  from {it}) s
                where error is not null or (holders > 1 and wanted > 0)""",
    )
    many, few = _BOUNDS["many"], _BOUNDS["few"]
    capped = run.ask(f"select count(*) from {{shingles}} where holders > {many} and place = 1")
    if capped:
        log.warning("%d shingles are held by more than %d paragraphs; the first %d answer for them", capped, many, few)
    answered = f"{_BOUNDS['answered']:.6f}"
    run.step(
        "pairs",
        f"""with links as (
              select least(a.paragraph, b.paragraph) as earlier, greatest(a.paragraph, b.paragraph) as later,
                case when a.paragraph > b.paragraph then 1 else 0 end as by_later, a.asks
              from {{shingles}} a join {{shingles}} b on a.hash = b.hash
              where a.asks > 0 and (b.holders <= {many} or b.place <= {few})
                and {_base("a.paragraph")} <> {_base("b.paragraph")}),
            answers as (
              select earlier, later, cast(sum(by_later) as bigint) as by_later,
                cast(sum(1 - by_later) as bigint) as by_earlier,
                max(case when by_later = 1 then asks else 0 end) as later_asks,
                max(case when by_later = 0 then asks else 0 end) as earlier_asks
              from links group by earlier, later),
            chosen as (
              select earlier, later,
                row_number() over (partition by later order by greatest(by_later, by_earlier) desc, earlier) as place
              from answers
              where (by_later > 0 and by_later >= {answered} * later_asks)
                or (by_earlier > 0 and by_earlier >= {answered} * earlier_asks))
            select earlier, later from chosen where place <= {_BOUNDS["candidates"]}""",
    )


def _find_copies(run: Runner) -> None:
    """Equal keys propose, equal words decide: those with other words than the leader look for one among themselves."""
    rest = "{paragraphs}"
    copies: list[str] = []
    while True:
        name = f"copies_{len(copies)}"
        run.step(
            name,
            f"""with repeated as (select key, min(paragraph) as leader from {rest} r group by key having count(*) > 1)
                select p.paragraph, r.leader, p.passage, q.passage as leader_passage
                from {rest} p join repeated r on r.key = p.key join {{paragraphs}} q on q.paragraph = r.leader
                where p.paragraph <> r.leader""",
            rows="same_words",
        )
        copies.append(f"select paragraph, leader from {{{name}}} where same")
        left = run.ask(f"select count(*) from {{{name}}} where not same")
        if left == 0:
            break
        if len(copies) == MOST_LEADERS:
            log.warning("%d paragraphs have the key of others by no accident; copies among them are not seen", left)
            break
        rest = f"""(select p.paragraph, p.key, p.passage from {{paragraphs}} p join {{{name}}} c
                    on c.paragraph = p.paragraph where not c.same)"""
    run.define("copies", " union all ".join(copies))


def judge_pairs(run: Runner) -> None:
    """The table judged: which of two paragraphs may go for the other one."""
    run.step(
        "judged",
        PAIRS,
        rows="verify",
        then="select * from {it} where error is not null or forth is not null or back is not null",
    )


PAIRS = """select p.earlier, p.later, x.passage as earlier_passage, y.passage as later_passage
           from {pairs} p join {paragraphs} x on x.paragraph = p.earlier join {paragraphs} y on y.paragraph = p.later"""


def find_boilerplate(run: Runner, min_articles: int) -> None:
    """The table findings: what recurs in enough articles of one site, and goes from all of them."""
    run.define(
        "said",
        """select earlier as leader, later as twin from {judged} where forth_goes
           union all select later, earlier from {judged} where back_goes""",
    )
    run.define(
        "members",
        """select leader, paragraph from {copies}
           union all select leader, leader from (select leader from {copies} union select leader from {said}
             union select twin from {said}) s""",
    )
    # The articles whose topics are looked at: so many of those that have it, evenly spread.
    tries = f"least(articles, {min_articles * _BOUNDS['tries']})"
    run.step(
        "holders",
        f"""with held as (
              select leader, twin as member from {{said}}
              union select leader, leader from (select leader from {{copies}} union select leader from {{said}}) s),
            bases as (
              select distinct h.leader, {_base("m.paragraph")} as base
              from held h join {{members}} m on m.leader = h.member),
            placed as (
              select leader, base, count(*) over (partition by leader) as articles,
                row_number() over (partition by leader order by base) - 1 as place
              from bases)
            select leader, base, articles from placed
            where articles >= {min_articles}
              and (articles - (place * {tries}) % articles) % articles < {tries}""",
    )
    _find_removable(run, "select distinct leader from {holders}")
    run.step(
        "sketches",
        f"""with wanted as (select distinct h.base from {{holders}} h join {{removable}} r on r.leader = h.leader)
            select p.article, array_agg(p.passage) as passages
            from {{paragraphs}} p join wanted w on w.base = p.article * {_BOUNDS["paragraphs"]}
            where not exists (select 1 from {{copies}} c where c.paragraph = p.paragraph)
              and not exists (select 1 from {{copies}} c where c.leader = p.paragraph)
            group by p.article""",
        rows="sketch",
    )
    run.step(
        "different",
        f"""select h.leader, array_agg(s.sketch) as sketches
            from {{holders}} h join {{removable}} r on r.leader = h.leader
            join {{sketches}} s on s.article * {_BOUNDS["paragraphs"]} = h.base
            group by h.leader""",
        rows="differ",
        then="select * from {it} where error is not null or differ",
    )
    another = f"case when {_base('m.paragraph')} <> {_base('d.leader')} then m.paragraph end"
    run.step(
        "furniture",
        f"""with others as (
              select d.leader, min({another}) as another
              from {{different}} d join {{members}} m on m.leader = d.leader group by d.leader),
            twins as (select leader, min(twin) as twin from {{said}} group by leader),
            spread as (select leader, max(articles) as articles from {{holders}} group by leader)
            select o.leader, o.another, t.twin, s.articles, r.finding
            from others o join {{removable}} r on r.leader = o.leader join spread s on s.leader = o.leader
            left join twins t on t.leader = o.leader""",
    )
    run.step(
        "lone",
        """select f.leader, x.passage, y.passage as twin_passage
           from {furniture} f join {paragraphs} x on x.paragraph = f.leader join {paragraphs} y on y.paragraph = f.twin
           where f.another is null""",
        rows="compare",
        then="select * from {it} where error is not null or finding is not null",
    )
    run.define(
        "removals",
        f"""select m.paragraph, f.finding, true as exact, f.articles, true as from_all,
              case when {_base("m.paragraph")} = {_base("f.leader")} then f.another else f.leader end as twin
            from {{furniture}} f join {{members}} m on m.leader = f.leader where f.another is not null
            union all
            select m.paragraph, l.finding, false, f.articles, true, f.twin
            from {{lone}} l join {{furniture}} f on f.leader = l.leader join {{members}} m on m.leader = f.leader""",
    )
    _tell(run)


def find_repeats(run: Runner) -> None:
    """The table findings: each paragraph stays in the first article that has it."""
    run.define("twins", "select earlier, later, back from {judged} where back is not null")
    _find_components(run)
    run.step(
        "repeats",
        """with nodes as (
             select f.label, array_agg(p.passage) as passages
             from {fit} f join {labels} l on l.label = f.label join {paragraphs} p on p.paragraph = l.paragraph
             group by f.label),
           edges as (
             select f.label, array_agg(concat(cast(t.earlier as string), ' ', cast(t.later as string), ' ', t.back))
               as twins
             from {fit} f join {labels} l on l.label = f.label join {twins} t on t.later = l.paragraph
             group by f.label)
           select n.label, n.passages, e.twins from nodes n join edges e on e.label = n.label""",
        rows="repeats",
    )
    _find_removable(run, "select distinct leader from {copies}")
    run.define(
        "members",
        """select leader, paragraph from {copies}
           union all select leader, leader from (select leader from {copies} union select leader from {repeats}
             union select twin from {repeats}) s""",
    )
    base = _base("m.paragraph")
    run.step(
        "spread",
        f"""with held as (
              select leader, leader as member from {{repeats}} union select leader, twin from {{repeats}})
            select h.leader, count(distinct {base}) as articles
            from held h join {{members}} m on m.leader = h.member group by h.leader""",
    )
    run.step(
        "spread_of_copies",
        f"select m.leader, count(distinct {base}) as articles from {{members}} m group by m.leader",
    )
    run.define(
        "removals",
        f"""select m.paragraph, d.twin, d.finding, false as exact, s.articles, false as from_all
            from {{repeats}} d join {{members}} m on m.leader = d.leader join {{spread}} s on s.leader = d.leader
            where {base} <> {_base("d.twin")} and (d.goes or m.paragraph = d.leader)
            union all
            select c.paragraph, c.leader, r.finding, true, s.articles, false
            from {{removable}} r join {{copies}} c on c.leader = r.leader
            join {{spread_of_copies}} s on s.leader = r.leader
            where {_base("c.paragraph")} <> {_base("c.leader")}
              and not exists (select 1 from {{repeats}} d where d.leader = r.leader and d.goes)""",
    )
    _tell(run)


def _find_components(run: Runner) -> None:
    """The table labels: what hangs together by twins has one label, the lowest of its paragraphs. In each round a paragraph
    takes the lowest label of its neighbours, and then the label of that paragraph."""
    # Both ways.
    run.define("both", "select earlier, later from {twins} union all select later, earlier from {twins}")
    run.step(
        "labels_0",
        """select paragraph, min(label) as label from (
             select later as paragraph, earlier as label from {both} union all select later, later from {both}) b
           group by paragraph""",
    )
    for number in range(MOST_ROUNDS):
        old, new = f"{{labels_{number}}}", f"labels_{number + 1}"
        run.step(
            new,
            f"""with met as (
                  select b.earlier as paragraph, min(l.label) as label
                  from {{both}} b join {old} l on l.paragraph = b.later group by b.earlier),
                low as (
                  select l.paragraph, least(l.label, m.label) as label
                  from {old} l join met m on m.paragraph = l.paragraph)
                select w.paragraph, least(w.label, l.label) as label
                from low w join {old} l on l.paragraph = w.label""",
        )
        run.define("labels", f"select * from {{{new}}}")
        if not run.ask(
            f"select count(*) from {old} o join {{{new}}} n on n.paragraph = o.paragraph where n.label <> o.label"
        ):
            break
    run.define(
        "loose",
        """select x.label from {both} b join {labels} x on x.paragraph = b.earlier
           join {labels} y on y.paragraph = b.later where x.label <> y.label""",
    )
    run.step(
        "fit",
        f"""select label, count(*) as members from {{labels}} l
            where not exists (select 1 from {{loose}} o where o.label = l.label)
            group by label having count(*) <= {MOST_MEMBERS}""",
    )
    left = run.ask("select count(*) from {labels} l where not exists (select 1 from {fit} f where f.label = l.label)")
    if left:
        log.warning(
            "%d paragraphs hang together with too many others, or in too long a chain; of them only copies go", left
        )


def _find_removable(run: Runner, leaders: str) -> None:
    run.step(
        "removable",
        f"select s.leader, p.passage from ({leaders}) s join {{paragraphs}} p on p.paragraph = s.leader",
        rows="removable",
        then="select * from {it} where error is not null or finding is not null",
    )


def _tell(run: Runner) -> None:
    run.step(
        "findings",
        """select r.finding, r.exact, r.articles, r.from_all, x.passage, y.passage as twin_passage
           from {removals} r join {paragraphs} x on x.paragraph = r.paragraph
           join {paragraphs} y on y.paragraph = r.twin""",
        rows="tell",
    )


FINDINGS = "select article, array_agg(finding) as found from {findings} group by article"


def find_all(run: Runner, mode: Mode, min_articles: int) -> None:
    """The table findings: what goes of each article because of the others."""
    find_pairs(run)
    judge_pairs(run)
    if mode == "boilerplate":
        find_boilerplate(run, min_articles)
    else:
        find_repeats(run)
