# bash completion for fedgatectl(8). What can be completed is what `fedgatectl --words` lists: each command with its
# options, so that this file knows none.
_fedgatectl()
{
	local program=$1 word=$2 before=$3 asked= at line command options usage choice= files=

	if [ "$before" = -s ]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
	fi
	for ((at = 1; at < COMP_CWORD; at++)); do
		case ${COMP_WORDS[at]} in
		-s) at=$((at + 1)) ;;
		-*) ;;
		*) asked=${COMP_WORDS[at]}; break ;;
		esac
	done
	[ -n "$asked" ] || choice='-s --json --help -V'
	while IFS= read -r line; do
		command=${line%%$'\t'*} options=${line#*$'\t'}
		usage=${options#*$'\t'} options=${options%%$'\t'*}
		usage=${usage%%$'\t'*}
		if [ -z "$asked" ]; then
			choice="$choice $command"
		elif [ "$asked" = "$command" ]; then
			choice=${options//=/}
			case $usage in *FILE*) files=-f ;; esac
		fi
	done < <("$program" --words 2>/dev/null)
	mapfile -t COMPREPLY < <(compgen $files -W "$choice" -- "$word")
}
complete -F _fedgatectl fedgatectl
