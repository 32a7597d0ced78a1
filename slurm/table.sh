#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One table of many runs: a line for each, with the figures of its last epoch.
#   slurm/table.sh [--csv] [--fields NAME,NAME...] FOLDER...
# A FOLDER is a run, or holds runs at any depth. Without --fields: epoch, learning rate and all losses, accuracies, RMSE
# and R2 that any of the runs has; the names are those in metrics.jsonl. "-" stands for what a run does not have.
set -euo pipefail

usage() {
    [ $# -eq 0 ] || echo "table: $*" >&2
    echo "usage: ${0##*/} [--csv] [--fields NAME,NAME...] FOLDER..." >&2
    exit 2
}

csv=0 fields=
while [ $# -gt 0 ]; do
    case $1 in
    --csv) csv=1 ;;
    --fields=?*) fields=${1#*=} ;;
    --fields)
        [ $# -ge 2 ] || usage "--fields needs names"
        fields=$2
        shift
        ;;
    -*) usage "there is no option $1" ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || usage

mapfile -d '' files < <(find "$@" -name metrics.jsonl -size +0 -print0 | sort -zV)
if [ ${#files[@]} -eq 0 ]; then
    echo "table: there is no metrics.jsonl in $*" >&2
    exit 3
fi

# A line of metrics.jsonl is a flat object of numbers, names and values alternate, but for arrays of figures of each output.
for file in "${files[@]}"; do
    printf '%s\t' "$(dirname "$file")"
    tail -n 1 "$file"
done | awk -F '\t' -v csv=$csv -v fields="$fields" '
    {
        run[NR] = $1
        object = $2
        gsub(/\[[^]]*\]/, "-", object)
        gsub(/[{}" ]/, "", object)
        count = split(object, pairs, ",")
        for (i = 1; i <= count; i++) {
            colon = index(pairs[i], ":")
            name = substr(pairs[i], 1, colon - 1)
            value[NR, name] = substr(pairs[i], colon + 1)
            if (fields == "" && !(name in seen) && name ~ /^(epoch|learning_rate)$|_(loss|accuracy|rmse|r2)$/)
                column[++columns] = name
            seen[name] = 1
        }
    }
    function cell(row, c) {
        if (c == 0)
            return row == 0 ? "run" : run[row]
        if (row == 0)
            return column[c]
        return (row, column[c]) in value ? value[row, column[c]] : "-"
    }
    END {
        if (fields != "")
            columns = split(fields, column, ",")
        for (c = 0; c <= columns; c++)
            for (row = 0; row <= NR; row++)
                if (length(cell(row, c)) > width[c])
                    width[c] = length(cell(row, c))
        for (row = 0; row <= NR; row++) {
            line = ""
            for (c = 0; c <= columns; c++) {
                if (!csv)
                    line = line (c ? sprintf("  %*s", width[c], cell(row, c)) : sprintf("%-*s", width[c], cell(row, c)))
                else if (cell(row, c) ~ /,/)
                    line = line (c ? "," : "") "\"" cell(row, c) "\""
                else
                    line = line (c ? "," : "") cell(row, c)
            }
            print line
        }
    }'
