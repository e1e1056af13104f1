#!/bin/bash
# Faults: each system call that writes fails or kills in turn; random kill -9; a full disk, a read-only folder.
# After each: every output is absent, old or complete; an exit code of 0 only with all of them complete; --resume gives
# what an unbroken run gives and leaves no temporary file.
#
#   tests/faults.sh UNECHO [long [KILLS]]
#
# Prints the figures; exits 1 if anything did not hold, 77 if there is no strace that may trace.
set -u
unecho=$(realpath "$1")
long=${2:-}
kills=${3:-300}
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT
cd "$desk" || exit 1
unset "${!UNECHO_@}"

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

mkdir -p fresh/in
for n in 1 2 3 4; do
    article $n > fresh/in/$n.txt
    article $n | awk 'BEGIN{printf "{\"text\":\""}{printf "%s\\n", $0}END{print "\"}"}' >> fresh/a.jsonl
done
gzip -kn fresh/a.jsonl

# Scenario: its command, and the outputs that must be absent, old or complete.
declare -A command=(
    [jsonl]="clean a.jsonl -o b.jsonl --log l --diff d"
    [packed]="clean a.jsonl.gz -o b.jsonl.zst --log l.gz --diff d.gz"
    [folder]="clean in -o out --log l --diff d"
    [inplace]="clean in --in-place --backup .bak --log l"
)
outputs() { # in the folder $2
    case $1 in
        jsonl) echo b.jsonl l d ;;
        packed) echo b.jsonl.zst l.gz d.gz ;;
        folder) echo out/{1..4}.txt l d ;;
        inplace) echo in/{1..4}.txt l ;;
    esac
}

for name in jsonl packed folder inplace; do
    cp -r fresh "whole-$name"
    (cd "whole-$name" && "$unecho" ${command[$name]} -q) || { echo "the unbroken run fails"; exit 1; }
done

points=0 torn=0 lied=0 changed=0 differs=0
bad() { echo "$1" >&2; }

# A log or a diff, packed or not.
lines() { case $1 in *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac }

# Of several files one that cannot be done costs itself: log and diff are complete then, but tell of fewer documents.
partly() {
    case $2 in
        l*) lines "work/$2" | tail -n 1 | grep -q '^{"type":"end",.*}$' && lines "work/$2" | grep -q '^{"type":"error"' ;;
        d*) lines "work/${2/d/l}" | grep -q '^{"type":"error"' &&
            ! diff <(lines "whole-$1/$2") <(lines "work/$2") | grep -q '^>' ;;
        *) false ;;
    esac
}

# What must hold in work/ after scenario $1 was hit by $2 and ended with code $3.
judge() {
    local name=$1 what=$2 code=$3 file complete=1
    points=$((points + 1))
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
    if [ "$name" != inplace ]; then
        diff -rq fresh/in work/in > /dev/null && cmp -s fresh/a.jsonl work/a.jsonl || {
            changed=$((changed + 1)); bad "an input is changed: $name $what"
        }
    fi
    (cd work && "$unecho" ${command[$name]} -q --resume 2> ../said) || { differs=$((differs + 1)); bad "resume fails: $name $what: $(cat said)"; return; }
    rm -f work/*.partial # what another command line left
    diff -rq "whole-$name" work > said || { differs=$((differs + 1)); bad "resume differs: $name $what: $(cat said)"; }
}

again() {
    rm -rf work old
    cp -r fresh work
    # Half of the time there is an older output to be kept.
    if [ $((points % 2)) = 0 ]; then
        case $1 in
            jsonl) echo old > work/b.jsonl; echo old > work/d ;;
            packed) echo old > work/b.jsonl.zst; echo old > work/d.gz ;;
            folder) mkdir work/out; echo old > work/out/2.txt; echo old > work/d ;;
        esac
    fi
    cp -r work old
}

step=1 calls="openat write fsync fdatasync rename linkat fchmod" faults="error=ENOSPC error=EIO signal=KILL"
[ -n "$long" ] || step=12 calls="openat write fsync rename" faults="error=ENOSPC signal=KILL"
for name in jsonl packed folder inplace; do
    for call in $calls; do
        trace=$call
        [ $call = rename ] && trace=rename,renameat,renameat2
        [ $call = linkat ] && trace=link,linkat
        [ $call = fchmod ] && trace=fchmod,chmod,fchmodat
        again "$name"
        (cd work && strace -f -o ../trace -e trace=$trace "$unecho" ${command[$name]} -q)
        most=$(grep -E '^[0-9]+ +[a-z0-9]+\(' trace | cut -d' ' -f1 | sort | uniq -c | sort -rn | awk 'NR==1{print $1}')
        for fault in $faults; do
            for ((n = 1; n <= ${most:-0}; n += step)); do
                again "$name"
                code=$( (cd work && strace -f -o ../trace -e trace=$trace -e inject=$trace:$fault:when=$n "$unecho" ${command[$name]} -q > /dev/null 2>&1; echo $?) 2> /dev/null )
                judge "$name" "$call $fault $n" "$code"
            done
        done
    done
done
echo "$points points: $torn torn, $lied exits of 0 with something undone, $changed inputs changed, $differs resumed runs that differ"

if [ -n "$long" ]; then
    before=$points
    for n in {5..400}; do article $n > fresh/in/$n.txt; done
    for name in folder inplace; do
        rm -rf "whole-$name"; cp -r fresh "whole-$name"
        (cd "whole-$name" && "$unecho" ${command[$name]} -q)
    done
    hit=0
    for ((k = 0; k < kills; k++)); do
        name=folder; [ $((k % 2)) = 0 ] && name=inplace
        rm -rf work; cp -r fresh work; rm -rf old; cp -r fresh old
        (cd work && exec "$unecho" ${command[$name]} -q) & pid=$!
        sleep "0.$(printf %04d $((RANDOM % 4000)))"
        kill -9 $pid 2> /dev/null
        wait $pid 2> /dev/null; code=$?
        [ $code = 137 ] && hit=$((hit + 1))
        judge "$name" "kill $k" "$code"
    done
    echo "$((points - before)) random kills ($hit while it ran): $torn torn, $lied lies, $changed inputs changed, $differs resumed runs that differ (sums)"
fi

# Figures that do not hang on strace: a folder that cannot be written, a disk that is full.
mkdir closed && chmod 555 closed && chmod 755 . && cp -r fresh/a.jsonl a.jsonl
if command -v setpriv > /dev/null && [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --regid 65534 --clear-groups "$unecho" --version > /dev/null 2>&1; then
    setpriv --reuid 65534 --regid 65534 --clear-groups "$unecho" clean a.jsonl -o closed/b.jsonl 2> said
    { [ $? = 2 ] && grep -q closed/b.jsonl said && [ -z "$(ls -A closed)" ]; } || { lied=$((lied + 1)); bad "read-only folder: $(cat said)"; }
else
    echo "skipped: no way to be an unprivileged user"
fi
mkdir small
if mount -t tmpfs -o size=64k tmpfs small 2> /dev/null; then
    for k in {1..200}; do cat fresh/a.jsonl; done > big.jsonl
    "$unecho" clean big.jsonl -o small/b.jsonl --log l2 -q 2> said
    { [ $? = 2 ] && grep -q small/b.jsonl said && [ -z "$(ls -A small)" ]; } || { lied=$((lied + 1)); bad "full disk, text: $(cat said) $(ls -A small)"; }
    "$unecho" clean big.jsonl -o b2.jsonl --log small/l -q 2> said
    { [ $? = 2 ] && [ ! -e small/l ]; } || { lied=$((lied + 1)); bad "full disk, log: $(cat said)"; }
    umount small
else
    echo "skipped: no right to mount a small disk"
fi
[ $((torn + lied + changed + differs)) = 0 ]
