-- What Redis keeps of one partner, all in one hash slot: BASE:s is the state, a hash of
-- short fields (below), read by one HMGET and written by one HSET; BASE:w the slots, BASE:c
-- the targets, BASE:a the answers, BASE:t a provider's tenants, BASE:e merged epochs.
-- Times are microseconds on the partner's clock: Redis' clock, which may step back at a
-- fail-over, plus `offset`, which then grows by as much: for the partner no time has passed.
--
--   n  when it was last measured       x  until when the keys live, at least
--   c  how many targets                p  1: they are spread over sixteen keys
--   k  for how long slots were kept, at n       a  the suspicion window, at n
--   q  its latest slot, where that lies ahead
--   h  what few have, six numbers, 0 is none: offset, watched since, until, suspicious since,
--      until, when it was last released
--
-- Numbers below 2^53 are exact here; they are written by text(), never by `..`. All functions of a
-- script are made anew at each call, which costs as much as two commands: those behind the line
-- "rarely" are made by rarely(), for who asks for them.
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

-- All of struct limits, in the order of script.c's add_limits, with `keep`, how long slots matter, and
-- `span`, how long anything does.
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

local function expire_in_ms(r)
	return text(math.ceil((r.expiry - r.now) / 1000))
end

-- The keys' expiry is moved only when it has come too near, by an hour at least: not with every message.
local function extend(r, span)
	local needed = r.now + span
	if r.watched_until and r.watched_until > needed then
		needed = r.watched_until
	end
	if r.suspicious_until and r.suspicious_until + span > needed then
		needed = r.suspicious_until + span
	end
	if r.expiry < needed then
		r.expiry = needed + 3600000000
		r.set.x = text(r.expiry)
		r.fresh = true
	end
end

-- `gone`, `answers_gone`: slots and answers up to then are as good as forgotten: so who only looks need not forget them.
-- `set` is what record_save is to write. `fresh`: a key is new, it has no expiry yet. `changed`: a restriction
-- began or ended; `rare`: what field h tells is another.
local function record_load(base, key, now, span)
	local state = base .. ':s'
	local s = call('HMGET', state, 'n', 'x', 'c', 'p', 'k', 'a', 'q', 'h')
	local r = {
		base = base, key = key, state = state, window = base .. ':w', set = {}, fresh = false, changed = false,
		now = now, last = s[1] and s[1] + 0, expiry = s[2] and s[2] + 0 or 0, contacts = s[3] and s[3] + 0 or 0,
		spread = s[4] == '1', keep = s[5] and s[5] + 0, tallied = s[6] and s[6] + 0, ahead = s[7] and s[7] + 0 or 0,
		gone = 0, answers_gone = 0, offset = 0, watched_since = false, watched_until = false, suspicious_since = false,
		suspicious_until = false, released = false, rare = false, now_text = false,
	}
	if s[8] then
		rarely().read_rare(r, s[8])
	end
	if r.last and r.now < r.last then
		r.offset = r.offset + r.last - r.now
		r.now = r.last
		r.rare = true
	end
	r.now_text = text(r.now)
	extend(r, span)
	return r
end

-- Writes what has changed.
local function record_save(r, span, edge)
	if r.changed or r.rare then
		extend(r, span)
		r.set.h = rarely().rare_text(r)
	end
	local kept = {}
	for field, value in pairs(r.set) do
		local i = #kept
		kept[i + 1], kept[i + 2] = field, value
	end
	if kept[1] then
		call('HSET', r.state, unpack(kept))
	end
	if r.fresh then
		rarely().expire_keys(r)
	end
	if r.changed then
		rarely().tell(r, edge)
	end
end

-- rarely

local function read_rare(r, words)
	local n = {}
	for word in string.gmatch(words, '%d+') do
		n[#n + 1] = tonumber(word)
	end
	r.offset = n[1]
	r.now = r.now + r.offset
	r.watched_since, r.watched_until = n[2], n[3] > 0 and n[3]
	r.suspicious_since, r.suspicious_until = n[4], n[5] > 0 and n[5]
	r.released = n[6] > 0 and n[6]
end

-- The five times of its restrictions, less by `offset`, behind `at` others; 0 is none.
local function put_hold(reply, r, at, offset)
	reply[at + 1] = r.watched_until and r.watched_since - offset or 0
	reply[at + 2] = r.watched_until and r.watched_until - offset or 0
	reply[at + 3] = r.suspicious_until and r.suspicious_since - offset or 0
	reply[at + 4] = r.suspicious_until and r.suspicious_until - offset or 0
	reply[at + 5] = r.released and r.released - offset or 0
end

-- On Redis' clock.
local function add_hold(reply, r, at)
	put_hold(reply, r, at, r.offset)
	return reply
end

local function joined(numbers)
	for i = 1, #numbers do
		numbers[i] = text(numbers[i])
	end
	return table.concat(numbers, ' ')
end

local function rare_text(r)
	local numbers = { r.offset }
	put_hold(numbers, r, 1, 0)
	return joined(numbers)
end

-- Every edge hears of it.
local function tell(r, edge)
	local numbers = add_hold({}, r, 0)
	numbers[6] = r.now - r.offset
	call('PUBLISH', 'fg:1:class', edge .. '\n' .. r.key .. '\n' .. joined(numbers))
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
