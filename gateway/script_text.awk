# The scripts as C strings, by the enum of script.h: awk -v parts=policy -f ... policy/admit.lua ...
# A body names the parts that it stands on in a line "-- with A B": they go before it, in that
# order. Comments and indents stay behind: EVAL carries the whole text.
function put(line)
{
	sub(/^[ \t]+/, "", line)
	if (line == "" || line ~ /^--/)
		return
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\\&", line)
	printf "\t\t\"%s\\n\"\n", line
}

function put_part(name, line, file, got)
{
	file = parts "/" name ".lua"
	while ((got = (getline line < file)) > 0)
		put(line)
	if (got < 0) {
		print "cannot read " file > "/dev/stderr"
		exit 1
	}
	close(file)
}

BEGIN { print "static const char *const texts[SCRIPTS] = {" }

FNR == 1 {
	if (NR > 1)
		print "\t,"
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.lua$/, "", name)
	printf "\t[SCRIPT_%s] =\n", toupper(name)
}

/^-- with / {
	count = split($0, words, " ")
	for (i = 3; i <= count; i++)
		put_part(words[i])
}

{ put($0) }

END { print "};" }
