-- with record
-- What an edge counted of a partner since it last told: verdicts, for reports. KEYS: the partner's base.
-- ARGV: edge, then how many were forwarded, delayed, refused, dropped, then 1: who is not known may become so.
-- BASE:n is a hash: a count for each, and which edge saw the partner when, for a day behind the last message.
-- Answers 0 for who is not known and may not become so.
local KEPT_MS = 25 * 3600 * 1000
local key, now = KEYS[1] .. ':n', clock('')

if ARGV[6] ~= '1' and not call('HGET', KEYS[1] .. ':s', 'n') then
	return 0
end
for i, name in ipairs({ 'forward', 'delay', 'refuse', 'drop' }) do
	if ARGV[i + 1] ~= '0' then
		call('HINCRBY', key, name, ARGV[i + 1])
	end
end
call('HSET', key, '@' .. ARGV[1], text(now))
call('PEXPIRE', key, KEPT_MS)
return 1
