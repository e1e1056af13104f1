#!/bin/bash
# Faults: each system call that writes fails or kills in turn; random kill -9; a full disk, a read-only folder, a folder
# that vanishes, a reader that goes away.
# After each: every output is absent, old or complete; an exit code of 0 only with all of them complete; inputs and
# indexes are as they were; --resume (or the same `index` command, or the same review) gives what an unbroken run gives
# and leaves no temporary file.
#
#   tests/faults.sh UNECHO [long [KILLS [SCENARIOS]]]
#
# Prints the figures; exits 1 if anything did not hold, 77 if there is no strace that may trace. `long` takes every call
# in turn (some 1,500 points), and kills KILLS batches (default 300), KILLS/3 that compare articles, KILLS/3 builds of an
# index and KILLS/3 additions to one. SCENARIOS are names of commands below (default: all).
set -u
unecho=$(realpath "$1")
tables=$(realpath "$(dirname "$0")/../corpus/tables")
long=${2:-}
kills=${3:-300}
desk=$(mktemp -d)
trap 'cd /; mountpoint -q "$desk/small" && umount "$desk/small"; rm -rf "$desk"' EXIT
cd "$desk" || exit 1
unset "${!UNECHO_@}"
mkdir tmp
export TMPDIR=$desk/tmp

if ! strace -f -o /dev/null -e trace=write true 2>/dev/null; then
    echo "skipped: strace is not there or may not trace"
    exit 77
fi

article() {
    printf 'The ferry to Oldmoor Island will run again from Monday, %s months after its engine failed.\n\n' "$1"
    printf 'Captain Ines Falk said on Friday that the new engine had passed every trial.\n\n'
    printf 'About %s00 people live on the island, and most of them work on the mainland.\n\n' "$1"
    printf 'Captain Ines Falk said Friday that the new engine has passed every trial.\n'
}
record() { # an article as a line of JSON
    article "$1" | awk 'BEGIN{printf "{\"text\":\""}{printf "%s\\n", $0}END{print "\"}"}'
}

# Scenario: its command. What must hold afterwards is told by `outputs`, for all but the last three.
declare -A command=(
    [plain]="clean in/1.txt -o b.txt --log l --diff d --stats s --report r.html -q"
    [jsonl]="clean a.jsonl -o b.jsonl --log l --diff d --stats s -q"
    [packed]="clean a.jsonl.gz -o b.jsonl.zst --log l.gz --diff d.gz -q"
    [repacked]="clean a.jsonl.zst -o b.jsonl.gz --log l --diff d -q"
    [table]="clean a.parquet --text-field body --id-field url -o b.parquet --log l.gz --diff d.gz --stats s -q"
    [folder]="clean in -o out --log l --diff d --stats s --report r.html -q"
    [decided]="clean in -o out --log l --diff d --decisions decisions -q"
    [inplace]="clean in --in-place --backup .bak --log l -q"
    [across]="clean a.jsonl -o b.jsonl --across repeats --one-site --log l --diff d --report r.html -q"
    [indexed]="clean a.jsonl -o b.jsonl --across repeats --index idx --log l --diff d -q"
    [build]="index build new a.jsonl"
    [add]="index add idx a.jsonl"
    [review]="review in --decisions answers"
)
scenarios=${4:-plain jsonl packed repacked table folder decided inplace across indexed build add review}
outputs() {
    case $1 in
        plain) echo b.txt l d s r.html ;;
        jsonl) echo b.jsonl l d s ;;
        packed) echo b.jsonl.zst l.gz d.gz ;;
        repacked) echo b.jsonl.gz l d ;;
        table) echo b.parquet l.gz d.gz s ;;
        folder) echo out/{1..4}.txt l d s r.html ;;
        decided) echo out/{1..4}.txt l d ;;
        inplace) echo in/{1..4}.txt l ;;
        across) echo b.jsonl l d r.html ;;
        indexed) echo b.jsonl l d ;;
    esac
}
index_of() { case $1 in build) echo new ;; *) echo idx ;; esac; }

# Runs scenario $1 in work/, under the tracer that the other words are. Keys for the review are typed by script(1).
run() {
    local name=$1
    shift
    if [ "$name" = review ]; then
        (cd work && script -qec "$* $unecho ${command[review]}" /dev/null < ../keys > /dev/null 2>&1)
    else
        (cd work && exec "$@" "$unecho" ${command[$name]} > /dev/null 2> ../said)
    fi
}

mkdir -p fresh/in
inputs() { # $1 articles in files, $2 in each JSONL
    local n
    rm -rf fresh && mkdir -p fresh/in
    for ((n = 1; n <= $1; n++)); do article $n > fresh/in/$n.txt; done
    for ((n = 1; n <= $2; n++)); do record $n; done > fresh/a.jsonl
    for n in 2 8 9; do record $n; done > past.jsonl
    # Says something of the old index, and something of what is added.
    for n in 8 3; do record $n | sed 's/The ferry[^.]*\./A new paragraph about nothing that was in the paper before today./'; done > today.jsonl
    gzip -kn fresh/a.jsonl
    cp "$tables/island.parquet" fresh/a.parquet
    "$unecho" clean fresh/a.jsonl --min-words 1000 -o fresh/a.jsonl.zst -q # removes nothing
    "$unecho" index build fresh/idx past.jsonl 2> /dev/null
    cp fresh/idx/index.redb past.redb
    printf aaaaq > keys
    rm -rf work && cp -r fresh work && run review && sed 's/accept/restore/;2,$d' work/answers > fresh/decisions
}
whole() { # what an unbroken run of scenario $1 gives
    rm -rf "whole-$1" work && cp -r fresh work
    run "$1" || { echo "the unbroken run fails: $1"; cat said; exit 1; }
    case $1 in build | add) asked "work/$(index_of "$1")" > "answer-$1" || { echo "an index cannot be used"; exit 1; } ;; esac
    mv work "whole-$1"
}
asked() { "$unecho" clean today.jsonl --across repeats --one-site --index "$1" -q 2> said; }
inputs 4 4
asked fresh/idx > answer-old
for name in $scenarios; do whole "$name"; done

points=0 torn=0 lied=0 changed=0 differs=0
bad() { echo "$1" >&2; }

# A log or a diff, packed or not.
lines() { case $1 in *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac }

# Of several files one that cannot be done costs itself: what tells of all is complete then, but of fewer documents.
partly() {
    case $2 in
        l*) lines "work/$2" | tail -n 1 | grep -q '^{"type":"end",.*}$' && lines "work/$2" | grep -q '^{"type":"error"' ;;
        d*) lines "work/${2/d/l}" | grep -q '^{"type":"error"' &&
            ! diff <(lines "whole-$1/$2") <(lines "work/$2") | grep -q '^>' ;;
        s) grep -q '"failed": [1-9]' work/s && tail -c 2 work/s | grep -q '^}$' ;;
        r.html) grep -q '^{"type":"error"' work/l && tail -c 9 work/r.html | grep -q '</html>' ;;
        *) false ;;
    esac
}

# What must hold in work/ after scenario $1 was hit by $2 and ended with code $3.
judge() {
    points=$((points + 1))
    case $1 in
        build | add) judge_index "$@" ;;
        review) judge_review "$@" ;;
        *) judge_batch "$@" ;;
    esac
    if [ "$1" != inplace ]; then
        diff -rq fresh/in work/in > /dev/null && cmp -s fresh/a.jsonl work/a.jsonl && cmp -s fresh/a.parquet work/a.parquet || {
            changed=$((changed + 1)); bad "an input is changed: $1 $2"
        }
    fi
    if [ "$1" = indexed ] && ! cmp -s past.redb work/idx/index.redb && [ "$(asked work/idx)" != "$(cat answer-old)" ]; then
        changed=$((changed + 1)); bad "the index is changed: $1 $2"
    fi
}

judge_batch() {
    local name=$1 what=$2 code=$3 file complete=1
    for file in $(outputs "$name"); do
        if [ ! -e "work/$file" ]; then
            complete=0
        elif ! cmp -s "work/$file" "whole-$name/$file"; then
            complete=0
            if ! cmp -s "work/$file" "old/$file" && ! { [ "$code" != 0 ] && partly "$name" "$file"; }; then
                torn=$((torn + 1)); bad "torn: $name $what: $file"
            fi
        fi
    done
    if [ "$code" = 0 ] && [ $complete = 0 ]; then
        lied=$((lied + 1)); bad "exit 0, but not done: $name $what"
    fi
    (cd work && "$unecho" ${command[$name]} --resume 2> ../said) || { differs=$((differs + 1)); bad "resume fails: $name $what: $(cat said)"; return; }
    rm -f work/*.partial # what another command line left
    cp past.redb work/idx/index.redb # opening it for reading may write its state
    diff -rq -x idx "whole-$name" work > said || { differs=$((differs + 1)); bad "resume differs: $name $what: $(cat said)"; }
}

# An index is used whole, as it was before or as it is meant to be, or refused.
judge_index() {
    local name=$1 what=$2 code=$3 index
    index=work/$(index_of "$name")
    if asked "$index" > answer; then
        if ! cmp -s answer "answer-$name" && { [ "$name" = build ] || [ "$code" = 0 ] || ! cmp -s answer answer-old; }; then
            torn=$((torn + 1)); bad "a wrong index is used: $name $what"
        fi
        if [ "$code" = 0 ] && ! cmp -s answer "answer-$name"; then
            lied=$((lied + 1)); bad "exit 0, but not done: $name $what"
        fi
    elif [ -s answer ] || [ "$code" = 0 ]; then
        torn=$((torn + 1)); bad "something is said from no index, or exit 0: $name $what: $(cat said)"
    fi
    if ! run "$name" && ! { [ "$name" = build ] && grep -q already said; }; then
        differs=$((differs + 1)); bad "cannot be gone on with: $name $what: $(cat said)"; return
    fi
    asked "$index" > answer
    cmp -s answer "answer-$name" && [ "$(inspected "$index")" = "$(inspected "whole-$name/$(index_of "$name")")" ] &&
        [ "$(ls "$index")" = index.redb ] || { differs=$((differs + 1)); bad "gone on with, it differs: $name $what: $(ls "$index") $(cat said)"; }
}
inspected() { "$unecho" index inspect "$1" | grep -v '"bytes"'; }

# The lines of a file, but for a last one that is torn.
whole_lines() { if [ -n "$(tail -c 1 "$1")" ]; then sed '$d' "$1"; else cat "$1"; fi; }

# A file of answers holds whole lines in their order, but for a last one that is seen to be torn.
judge_review() {
    local name=$1 what=$2 code=$3
    # Of a file that cannot be read nothing is asked.
    if [ -e work/answers ] && whole_lines work/answers | grep -qvxFf whole-review/answers; then
        torn=$((torn + 1)); bad "torn: $name $what"
    fi
    if [ "$code" = 0 ] && ! cmp -s work/answers whole-review/answers; then
        lied=$((lied + 1)); bad "exit 0, but not done: $name $what"
    fi
    if [ -e work/answers ] && ! (cd work && "$unecho" clean in -o decided --decisions answers -q 2> ../said); then
        torn=$((torn + 1)); bad "the answers cannot be carried out: $name $what: $(cat said)"
    fi
    if ! run review || ! diff -q <(sort -u work/answers) <(sort -u whole-review/answers) > /dev/null; then
        differs=$((differs + 1)); bad "gone on with, it differs: $name $what"
    fi
}

again() {
    rm -rf work old
    cp -r fresh work
    # Half of the time there is an older output to be kept.
    if [ $((points % 2)) = 0 ]; then
        case $1 in
            plain) for file in b.txt d s r.html; do echo old > work/$file; done ;;
            jsonl) for file in b.jsonl d s; do echo old > work/$file; done ;;
            packed) echo old > work/b.jsonl.zst; echo old > work/d.gz ;;
            repacked) echo old > work/b.jsonl.gz; echo old > work/d ;;
            table) for file in b.parquet d.gz s; do echo old > work/$file; done ;;
            folder) mkdir work/out; for file in out/2.txt d s r.html; do echo old > work/$file; done ;;
            decided) mkdir work/out; echo old > work/out/2.txt; echo old > work/d ;;
            across | indexed) echo old > work/b.jsonl; echo old > work/d ;;
        esac
    fi
    cp -r work old
}

calls="openat write fsync fdatasync rename linkat fchmod unlink ftruncate flock" faults="error=ENOSPC error=EIO signal=KILL"
[ -n "$long" ] || calls="openat write fsync rename"
for name in $scenarios; do
    before=$points
    for call in $calls; do
        trace=$call
        case $call in
            write) trace=write,writev,pwrite64 ;;
            rename) trace=rename,renameat,renameat2 ;;
            linkat) trace=link,linkat ;;
            fchmod) trace=fchmod,chmod,fchmodat ;;
            unlink) trace=unlink,unlinkat ;;
            # What a short run has of them.
            fsync) [ -n "$long" ] || trace=fsync,fdatasync ;;
        esac
        again "$name"
        run "$name" strace -f -o "$desk/trace" -e trace=$trace
        most=$(grep -E '^[0-9]+ +[a-z0-9]+\(' trace | cut -d' ' -f1 | sort | uniq -c | sort -rn | awk 'NR==1{print $1}')
        most=${most:-0} turns=1
        # In a short run one call of each kind, another one for each scenario.
        [ -n "$long" ] || { turns=$((most > 0 ? 1 + (before * 7 + points) % most : 1)); faults="error=ENOSPC"; [ $((points % 3)) = 0 ] && faults="signal=KILL"; }
        for fault in $faults; do
            for ((n = turns; n <= most; n++)); do
                again "$name"
                run "$name" strace -f -o "$desk/trace" -e trace=$trace -e inject=$trace:$fault:when=$n 2> /dev/null
                judge "$name" "$call $fault $n" $?
                [ -n "$long" ] || break
            done
        done
    done
    [ -z "$long" ] || echo "$name: $((points - before)) points"
done
told() { echo "$torn torn, $lied exits of 0 with something undone, $changed inputs changed, $differs resumed runs that differ"; }
echo "$points points: $(told)"

# Kills a run of scenario $1 at a random moment of the time that an unbroken one takes.
kill_one() {
    local name=$1 pid
    again "$name"
    # Not through `run`: it is this process that is to be killed.
    (cd work && exec "$unecho" ${command[$name]} > /dev/null 2>&1) & pid=$!
    sleep "$(awk -v most="${took[$name]}" -v r=$RANDOM 'BEGIN { print most * r / 32768 }')"
    kill -9 $pid 2> /dev/null
    wait $pid 2> /dev/null
    local code=$?
    [ $code = 137 ] && hit=$((hit + 1))
    judge "$name" "kill $k" $code
}
declare -A took
killed() { # what is killed, how often in all
    local names=($1) before=$points hit=0 k
    for ((k = 0; k < $2; k++)); do kill_one "${names[$((k % ${#names[@]}))]}"; done
    echo "$((points - before)) random kills of $1 ($hit while it ran): $(told) (sums)"
}
if [ -n "$long" ]; then
    inputs 400 3000
    asked fresh/idx > answer-old
    for name in jsonl packed folder decided inplace across indexed build add; do
        start=$(date +%s.%N)
        whole "$name"
        took[$name]=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
    done
    outputs() {
        case $1 in
            jsonl) echo b.jsonl l d s ;;
            packed) echo b.jsonl.zst l.gz d.gz ;;
            folder) echo out/{1..400}.txt l d s r.html ;;
            decided) echo out/{1..400}.txt l d ;;
            inplace) echo in/{1..400}.txt l ;;
            across) echo b.jsonl l d r.html ;;
            indexed) echo b.jsonl l d ;;
        esac
    }
    killed "folder inplace jsonl packed decided" "$kills"
    killed "across indexed" $((kills / 3))
    killed "build" $((kills / 3))
    killed "add" $((kills / 3))
fi

# Faults that need no strace. Each: the command must end with 2, name what could not be written, and leave nothing there.
tried=0
fails() { # what it is, the name to be said, the folder that must be left as it is, the command
    local what=$1 name=$2 folder=$3 before code
    shift 3
    tried=$((tried + 1))
    before=$(ls -AR "$folder")
    "$@" > out 2> said
    code=$?
    rm -f "$folder"/*.partial "$folder"/idx/*.begun # from which one could go on
    { [ $code = 2 ] && grep -q "$name" said && [ "$(ls -AR "$folder")" = "$before" ]; } ||
        { lied=$((lied + 1)); bad "$what: exit $code, $(head -c 300 said), $(ls -A "$folder")"; }
}
# A review ends with its own code, and what it shows is what it says.
review_of() { script -qec "$1" /dev/null < keys >&2; }
cp fresh/a.jsonl fresh/in/1.txt .
record 1 > one.jsonl
# Packs badly, and each article says a paragraph twice.
awk 'BEGIN {
    srand(1)
    for (n = 0; n < 3000; n++) {
        for (p = 0; p < 2; p++) for (w = text[p] = ""; length(w) < 40; w = w "x") text[p] = text[p] sprintf("%c%c%d ", 97 + rand() * 26, 97 + rand() * 26, rand() * 1e9)
        printf "{\"text\":\"%s.\\n\\n%s.\\n\\n%s.\"}\n", text[0], text[1], text[0]
    }
}' > noise.jsonl
mkdir closed && cp 1.txt closed/ && "$unecho" index build closed/idx one.jsonl 2> /dev/null
chmod -R a+rX . && chmod 555 closed closed/idx && chmod 755 .
anyone="setpriv --reuid 65534 --regid 65534 --clear-groups env TMPDIR=/tmp"
if [ "$(id -u)" = 0 ] && $anyone "$unecho" --version > /dev/null 2>&1; then
    fails "read-only folder, text" closed/b.jsonl closed $anyone "$unecho" clean a.jsonl -o closed/b.jsonl
    for output in log diff stats report; do
        fails "read-only folder, $output" closed/x closed $anyone "$unecho" clean a.jsonl --check --$output closed/x.html
    done
    fails "read-only folder, in place" closed/1.txt closed $anyone "$unecho" clean closed/1.txt --in-place
    fails "read-only folder, index build" closed/new closed $anyone "$unecho" index build closed/new a.jsonl
    fails "read-only folder, index add" closed/idx closed $anyone "$unecho" index add closed/idx a.jsonl
    fails "read-only folder, answers" closed/answers closed review_of "$anyone $unecho review 1.txt --decisions closed/answers"
else
    echo "skipped: no way to be an unprivileged user"
fi
mkdir small
if mount -t tmpfs -o size=64k tmpfs small 2> /dev/null; then
    fails "full disk, text" small/b.jsonl small "$unecho" clean noise.jsonl -o small/b.jsonl -q
    fails "full disk, gzip" small/b.jsonl.gz small "$unecho" clean noise.jsonl -o small/b.jsonl.gz -q
    fails "full disk, zstd" small/b.jsonl.zst small "$unecho" clean noise.jsonl -o small/b.jsonl.zst -q
    fails "full disk, log" small/l small "$unecho" clean noise.jsonl -o b2.jsonl --log small/l -q
    fails "full disk, report" small/r.html small "$unecho" clean noise.jsonl -o b3.jsonl --report small/r.html -q
    mkdir small/idx
    fails "full disk, index" small/idx small "$unecho" index build small/idx noise.jsonl
    "$unecho" clean a.jsonl --across repeats --index small/idx > out 2>&1 && { lied=$((lied + 1)); bad "an index that did not fit is used"; }
    fails "full disk, scratch" "" small env TMPDIR="$desk/small" "$unecho" clean noise.jsonl --across repeats --memory 1MiB -o b4.jsonl -q
    rm -rf small/*
    for k in {1..160}; do record $k; done > small/a.jsonl && cp small/a.jsonl kept.jsonl
    fails "full disk, in place" small/a.jsonl small "$unecho" clean small/a.jsonl --in-place -q
    cmp -s small/a.jsonl kept.jsonl || { changed=$((changed + 1)); bad "full disk, in place: the file is changed"; }
    head -c 70000 /dev/zero > small/full 2> /dev/null # what is left of it
    for output in diff stats log; do
        fails "full disk, $output" small/x small "$unecho" clean one.jsonl --check --$output small/x
    done
    : > small/answers
    fails "full disk, answers" small/answers small review_of "$unecho review 1.txt --decisions small/answers"
    umount small
else
    echo "skipped: no right to mount a small disk"
fi
fails "/dev/full, text" "" closed sh -c '"$1" clean a.jsonl > /dev/full' - "$unecho"
fails "/dev/full, diff" "" closed sh -c '"$1" diff a.jsonl > /dev/full' - "$unecho"
fails "/dev/full, explain" "" closed sh -c '"$1" explain 1.txt > /dev/full' - "$unecho"
fails "/dev/full, restore" "" closed sh -c '"$1" clean a.jsonl -o b5 --log l5 -q; "$1" restore b5 --log l5 > /dev/full' - "$unecho"
# A reader that goes away is no trouble, and nothing is said of it.
tried=$((tried + 1))
cat noise.jsonl noise.jsonl | "$unecho" clean --format jsonl -q 2> said | head -n 1 > out
codes=("${PIPESTATUS[@]}")
[ -s out ] && [ ! -s said ] && [ "${codes[1]}" != 2 ] || { lied=$((lied + 1)); bad "| head: exit ${codes[1]}, $(cat said)"; }
# The folder of the output goes while the run waits for its input.
tried=$((tried + 1))
mkdir gone
cat noise.jsonl noise.jsonl | "$unecho" clean --format jsonl -o b7.jsonl -q
{ cat noise.jsonl; sleep 0.3; mv gone went; cat noise.jsonl; } | "$unecho" clean --format jsonl -o gone/b.jsonl --log gone/l -q 2> said
codes=("${PIPESTATUS[@]}")
# Where the text was not begun yet, its folder is made again.
[ "${codes[1]}" = 2 ] && grep -q gone/ said && [ ! -e gone/l ] && [ ! -e went/l ] && [ ! -e went/b.jsonl ] && { [ ! -e gone/b.jsonl ] || cmp -s gone/b.jsonl b7.jsonl; } ||
    { lied=$((lied + 1)); bad "vanished folder: exit ${codes[1]}, $(cat said), $(ls went gone)"; }
# So does that of the inputs.
tried=$((tried + 1))
cp -r fresh/in leaves
{ sleep 0.2; rm -r leaves; cat one.jsonl; } | "$unecho" clean - leaves -o out6 --log l6 -q 2> said
codes=("${PIPESTATUS[@]}")
[ "${codes[1]}" = 2 ] && grep -q leaves/ said || { lied=$((lied + 1)); bad "vanished inputs: exit ${codes[1]}, $(head -c 300 said)"; }
echo "$tried other faults: $(told) (sums)"
[ $((torn + lied + changed + differs)) = 0 ]
