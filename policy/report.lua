-- with record window contacts standing
-- What is known of a partner, for reports. It changes nothing. KEYS: the partner's base. ARGV: the partner's key, limits, time or '',
-- the period of the rate that limits it, or 0.
-- Answers the time alone for who is not known; else time, when it was last measured, its targets, slots within
-- the period, successes, failures, the five times of its restrictions, and the hash that count.lua keeps.
local rare = rarely()
local now, limits, period = clock(ARGV[3]), limits_of(ARGV[2]), tonumber(ARGV[4])
local r = record_load(KEYS[1], ARGV[1], now, 0)
local counts = call('HGETALL', KEYS[1] .. ':n')

-- Who was released before it ever came was not measured.
if not counts[1] and (not r.last or r.last == r.released) then
	return { now }
end

-- While it is watched its set stands still.
local function targets()
	local count, since = 0, '(' .. text(r.now - limits.watch_window)
	if r.watched_until then
		return r.contacts
	end
	for _, key in ipairs(rare.contacts_keys(r)) do
		count = count + call('ZCOUNT', key, since, '+inf')
	end
	return count
end

local function slots()
	local length = period > 0 and call('LLEN', r.window) or 0
	return length > 0 and rare.place_after(r, r.now, length) - rare.place_after(r, r.now - period, length) or 0
end

local standing = rare.standing_of(r, limits)
local successes, failures = standing.counts(r.now)
if r.watched_until and r.now >= r.watched_until then
	r.watched_until = false
end
if r.suspicious_until and r.now >= r.suspicious_until and standing.is_low(r.now) then
	r.suspicious_until = false
end
local reply = rare.add_hold({ now, r.last and r.last - r.offset or 0, targets(), slots(), successes, failures }, r, 6)
reply[12] = counts
return reply
