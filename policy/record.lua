-- What Redis keeps of one partner, all in one hash slot: BASE:s is the state, a hash of
-- short fields (below), read by one HMGET and written by one HSET; BASE:w the slots, BASE:c
-- the targets, BASE:a the answers, BASE:t a provider's tenants, BASE:e merged epochs.
-- Times are microseconds on the partner's clock: Redis' clock, which may step back at a
-- fail-over, plus `offset`, which then grows by as much: for the partner no time has passed.
--
--   n  when it was last measured   o  offset          x  until when the keys live, at least
--   c  how many targets            p  1: the targets are spread over sixteen keys
--   q  its latest slot, where that lies ahead          k  for how long slots were kept, at n
--   a  the suspicion window at n   w W  watched since, until
--   r  when it was last released   s S  suspicious since, until
--
-- Numbers below 2^53 are exact here; they are written by text(), never by `..`.
local call = redis.call
local format = string.format

local function text(number)
	return format('%.0f', number)
end

-- A test brings its own time.
local function clock(given)
	if given ~= '' then
		return tonumber(given)
	end
	local time = call('TIME')
	return time[1] * 1000000 + time[2]
end

-- All of struct limits, in the order of script_limits, with `keep_us`, how long slots matter, and
-- `span_us`, how long anything does.
local function limits_of(packed)
	local count, period, slow_count, slow_period, max_delay, max_waiting, ending_delay, distinct, watch_window,
		watch_hold, blocks_all, suspicion_window, suspicion_hold, min_responses, failure_share, keep, span =
		struct.unpack('<ddddddddddddddddd', packed)
	return {
		count = count, period = period, slow_count = slow_count, slow_period = slow_period,
		max_delay = max_delay, max_waiting = max_waiting, ending_delay = ending_delay,
		distinct = distinct, watch_window = watch_window, watch_hold = watch_hold, blocks_all = blocks_all == 1,
		suspicion_window = suspicion_window, suspicion_hold = suspicion_hold,
		min_responses = min_responses, failure_share = failure_share, keep = keep, span = span,
	}
end

local function put(r, field, value)
	r.set[field] = value
end

local function put_time(r, field, time)
	r.set[field] = text(time)
end

local function drop(r, one, other)
	r.set[one] = false
	if other then
		r.set[other] = false
	end
end

local function record_load(base, key, now)
	local state = base .. ':s'
	local s = call('HMGET', state, 'n', 'o', 'x', 'c', 'p', 'q', 'k', 'a', 'w', 'W', 's', 'S', 'r')
	local last = s[1]
	local offset = s[2] and s[2] + 0 or 0
	local r = {
		base = base, key = key, state = state, window = base .. ':w', known = last, set = {},
		now = now + offset, offset = offset, last = last and last + 0, expiry = s[3] and s[3] + 0 or 0,
		contacts = s[4] and s[4] + 0 or 0, spread = s[5], ahead = s[6] and s[6] + 0 or 0,
		keep = s[7] and s[7] + 0, tallied = s[8] and s[8] + 0,
		watched_since = s[9] and s[9] + 0 or 0, watched_until = s[10] and s[10] + 0,
		suspicious_since = s[11] and s[11] + 0 or 0, suspicious_until = s[12] and s[12] + 0,
		released = s[13] and s[13] + 0 or 0, fresh = false, changed = false,
	}
	if last and r.now < r.last then
		r.offset = offset + r.last - r.now
		r.now = r.last
		put_time(r, 'o', r.offset)
	end
	return r
end

-- On Redis' clock; 0 is none.
local function real(r, time)
	return time and time > 0 and time - r.offset or 0
end

-- The five times of its restrictions, behind `at` others.
local function add_hold(reply, r, at)
	reply[at + 1] = r.watched_until and real(r, r.watched_since) or 0
	reply[at + 2] = real(r, r.watched_until)
	reply[at + 3] = r.suspicious_until and real(r, r.suspicious_since) or 0
	reply[at + 4] = real(r, r.suspicious_until)
	reply[at + 5] = real(r, r.released)
	return reply
end

-- Every edge hears of it.
local function tell(r, edge)
	local words = add_hold({}, r, 0)
	words[6] = r.now - r.offset
	for i = 1, 6 do
		words[i] = text(words[i])
	end
	call('PUBLISH', 'fg:1:class', edge .. '\n' .. r.key .. '\n' .. table.concat(words, ' '))
end

local HOUR = 3600000000

-- How long at least what is kept matters yet.
local function needed(r, span)
	local untl = r.now + span
	if r.watched_until and r.watched_until > untl then
		untl = r.watched_until
	end
	if r.suspicious_until and r.suspicious_until + span > untl then
		untl = r.suspicious_until + span
	end
	return untl
end

local function expire_in_ms(r)
	return text(math.ceil((r.expiry - r.now) / 1000))
end

local function expire_keys(r)
	local ms = expire_in_ms(r)
	for _, part in ipairs({ ':s', ':w', ':a', ':t', ':e', ':c' }) do
		call('PEXPIRE', r.base .. part, ms)
	end
	for nibble = 0, r.spread and 15 or -1 do
		call('PEXPIRE', format('%s:c%x', r.base, nibble), ms)
	end
end

local function write_state(r)
	local kept, gone = {}, nil
	for field, value in pairs(r.set) do
		if value then
			kept[#kept + 1] = field
			kept[#kept + 1] = value
		else
			gone = gone or {}
			gone[#gone + 1] = field
		end
	end
	if kept[1] then
		call('HSET', r.state, unpack(kept))
	end
	if gone then
		call('HDEL', r.state, unpack(gone))
	end
end

-- Writes what has changed. The keys' expiry is moved only when it has come too near, by an hour at
-- least: not with every message. A key that is new has none yet.
local function record_save(r, span, edge)
	local untl = needed(r, span)
	if r.expiry < untl then
		r.expiry = untl + HOUR
		r.fresh = true
		put_time(r, 'x', r.expiry)
	end
	write_state(r)
	if r.fresh then
		expire_keys(r)
	end
	if r.changed then
		tell(r, edge)
	end
end
