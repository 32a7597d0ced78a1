#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The reference in the terminal, the manual page and the manual's tables: all from the tables of settings, all of one mind.
. "$(dirname "$0")/lib.sh"

"$NNTRAIN" help >help || fail "help: exit code $?"
"$NNTRAIN" --help | cmp -s - help || fail "nntrain help is not nntrain --help"
for command in train import "import csv" export "export safetensors" "export c" bench "bench gemm"; do
    "$NNTRAIN" help $command >a || fail "help $command: exit code $?"
    "$NNTRAIN" $command --help | cmp -s - a || fail "help $command is not $command --help"
done

"$NNTRAIN" help recipe >reference || fail "help recipe: exit code $?"
awk 'length > 79' reference >long
[ ! -s long ] || fail "lines of help recipe that do not fit a terminal: $(cat long)"
"$NNTRAIN" help recipe training.stop >a || fail "help recipe training.stop: exit code $?"
grep -q '^training.stop: ' a && ! grep -q '^training: ' a || fail "help recipe SECTION: $(cat a)"
grep -vxFf reference a && fail "help recipe training.stop says what help recipe does not"
"$NNTRAIN" help recipe training.stpo 2>err
[ $? -eq 2 ] && grep -qF '(did you mean stop?)' err || fail "help recipe training.stpo: $(cat err)"
"$NNTRAIN" help trian 2>err
[ $? -eq 2 ] && grep -qF '(did you mean train?)' err || fail "help trian: $(cat err)"

# The manual: UPDATE=1 writes its tables.
manual=$SOURCE/docs/recipe.md
"$NNTRAIN" help recipe --markdown >made || fail "help recipe --markdown: exit code $?"
[ -z "${UPDATE:-}" ] || [ ! -s made ] ||
    sed -i -e '/^<!-- recipe tables: /,/^<!-- end of recipe tables -->/{//!d}' -e '/^<!-- recipe tables: /r made' "$manual"
sed -n '/^<!-- recipe tables: /,/^<!-- end of recipe tables -->/p' "$manual" | sed '1d;$d' >tables
diff made tables >difference ||
    fail "docs/recipe.md has other tables than nntrain help recipe --markdown; UPDATE=1 writes these: $(head -n 20 difference)"

# The manual page, as it is installed.
"$NNTRAIN" help man >nntrain.1 || fail "help man: exit code $?"
cmp -s nntrain.1 "$(dirname "$NNTRAIN")/nntrain.1" || fail "the manual page beside the program is not what it says now"
for word in train eval predict watch inspect check import generate export import-model report bench; do
    grep -q "^\.SS nntrain $word$" nntrain.1 || fail "the manual page has no command $word"
done
for section in $(grep -o '^[a-z_.]*: ' reference | tr -d ': ' | grep -v '^recipe$'); do
    grep -q "^\.SS $section$" nntrain.1 || fail "the manual page has no section $section"
done
if command -v groff >/dev/null; then
    groff -man -Tutf8 -ww nntrain.1 >page 2>warnings || fail "groff: $(cat warnings)"
    [ ! -s warnings ] || fail "the manual page: $(head -n 5 warnings)"
    grep -q 'give_up_after' page || fail "the manual page as it is read lacks give_up_after"
fi
finish
