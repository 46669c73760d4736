-- with record
-- What an edge counted of a partner since it last told, for reports. KEYS: the partner's base. ARGV: edge, then how many were
-- forwarded, delayed, refused, dropped, and of these only observed, then 1: who is not known may become so, the reason if a rate delayed or refused one, or '',
-- 1: its limits are only observed, then, where they are news, its certificate, three lines, and the domains it spoke for, separated by
-- blanks, or ''.
-- BASE:n is a hash, kept for a day behind the last message: a count for each, when each @edge saw the partner, `limited`:
-- since when, until when and how, `observe`, `certificate`, `sources`.
-- Answers 0 for who is not known and may not become so.
local KEPT_MS = 25 * 3600 * 1000
local LIMITED = 300000000 -- as STORE_LIMITED_US
local SOURCES = 8         -- as STORE_SOURCES_MAX
local key, now = KEYS[1] .. ':n', clock('')

if ARGV[7] ~= '1' and not call('HGET', KEYS[1] .. ':s', 'n') then
	return 0
end

local function note_limited()
	local since, last = string.match(call('HGET', key, 'limited') or '', '^(%d+) (%d+) ')
	if not last or now - last > LIMITED then
		since = text(now)
	end
	call('HSET', key, 'limited', since .. ' ' .. text(now) .. ' ' .. ARGV[8])
end

-- The ones told now are the newest.
local function note_sources()
	local kept, has = {}, {}
	local function keep(words)
		for word in string.gmatch(words, '%S+') do
			if not has[word] and #kept < SOURCES then
				has[word], kept[#kept + 1] = true, word
			end
		end
	end
	keep(ARGV[11])
	keep(call('HGET', key, 'sources') or '')
	call('HSET', key, 'sources', table.concat(kept, ' '))
end

for i, name in ipairs({ 'forward', 'delay', 'refuse', 'drop', 'observed' }) do
	if ARGV[i + 1] ~= '0' then
		call('HINCRBY', key, name, ARGV[i + 1])
	end
end
if ARGV[8] ~= '' then
	note_limited()
end
if ARGV[10] ~= '' then
	call('HSET', key, 'certificate', ARGV[10])
end
if ARGV[11] ~= '' then
	note_sources()
end
call('HSET', key, '@' .. ARGV[1], text(now), 'observe', ARGV[9])
call('PEXPIRE', key, KEPT_MS)
return 1
