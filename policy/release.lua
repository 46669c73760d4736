-- with record contacts watch
-- The twin of record_release in admit.c. That it was released is remembered for `keep`: a restriction that
-- an edge learned before, while it was cut off, is not brought back by it.
-- KEYS: the partner's base. ARGV: edge, partner's key, keep, time or ''.
-- Answers the time, 2 if nothing was known of the partner, the five times of its restrictions.
local now, keep = clock(ARGV[4]), tonumber(ARGV[3])
local r = record_load(KEYS[1], ARGV[2], now, keep)

rarely().stop_watching(r)
call('DEL', r.base .. ':a')
r.suspicious_until = false
-- Whoever never came goes on as one that was not measured: see report.lua.
if not r.last or r.last == r.released then
	r.set.n = text(r.now)
end
r.released = r.now
record_save(r, keep, ARGV[1])
return rarely().add_hold({ now, r.last and 0 or 2 }, r, 2)
