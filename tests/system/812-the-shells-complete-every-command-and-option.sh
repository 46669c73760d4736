# bash and zsh: each command of the table is completed from its first letters, and each option of it behind it.
. "$SOURCE/tests/system/lib.sh"

CTL=$BUILD/fedgatectl
"$CTL" --words >"$T/words"
[ "$(wc -l <"$T/words")" -gt 2 ] || fail "fedgatectl --words lists nothing"
# In the table and nowhere else: the listing is the table's.
sed -nE 's/^COMMAND\("([^"]+)".*/\1/p' "$SOURCE/gateway/command.def" >"$T/table"
cut -f1 "$T/words" | diff "$T/table" - || fail "--words is not command.def"

# What is to be completed: a line of "words...<tab>what must come".
awk -F '\t' '{
	printf "%s\t%s\n", substr($1, 1, length($1) - 1), $1
	n = split($2, options, " ")
	for (i = 1; i <= n; i++) { sub("=", "", options[i]); printf "%s \t%s\n%s -\t%s\n", $1, options[i], $1, options[i] }
} END { printf "-s /x --json sta\tstatus\n--j\t--json\n-s /x status --h\t--help\n" }' "$T/words" >"$T/cases"

cat >"$T/bash" <<'END2'
. "$1"
while IFS=$'\t' read -r line wanted; do
	COMP_WORDS=("$CTL" $line)
	case $line in *' ') COMP_WORDS+=("") ;; esac
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
	_fedgatectl "$CTL" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -- "$wanted" || echo "\"$line\": no $wanted among: ${COMPREPLY[*]}"
done
END2
CTL=$CTL bash "$T/bash" "$SOURCE/deploy/fedgatectl.bash" <"$T/cases" >"$T/missing" 2>&1
[ ! -s "$T/missing" ] || fail "bash: $(cat "$T/missing")"

# zsh's own words for what was found, here as a list: what begins as the word does.
cat >"$T/zsh" <<'END2'
compadd() { shift; for one in "$@"; do [[ $one == ${words[CURRENT]}* ]] && found+=("$one"); done }
_describe() { for one in "${(@P)2}"; do compadd -- "${one%%:*}"; done }
_files() { : }
while IFS=$'\t' read -r line wanted; do
	words=("$CTL" ${=line})
	[[ $line == *' ' ]] && words+=("")
	CURRENT=${#words} found=()
	. "$1"
	(( ${found[(Ie)$wanted]} )) || echo "\"$line\": no $wanted among: $found"
done
END2
command -v zsh >/dev/null || fail "zsh is not here: deploy/packages --tests installs it"
CTL=$CTL zsh -f "$T/zsh" "$SOURCE/deploy/_fedgatectl" <"$T/cases" >"$T/missing" 2>&1
[ ! -s "$T/missing" ] || fail "zsh: $(cat "$T/missing")"
