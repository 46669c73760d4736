-- with record window contacts standing suspect watch
-- What an edge learned by itself, or mirrors, joins what Redis knows: targets by union, restrictions by
-- maximum, answers and slots once for each epoch of the edge. What is not newer than
-- the last release is not brought back; a release that is newer than a restriction ends it.
-- KEYS: the partner's base. ARGV: edge, partner's key, limits, time or '', epoch, targets, answers,
-- slots, hold: packed as script.h says; all times are ages, of what was so `late` ago.
-- Answers as outcome.lua does.
-- Without an epoch nothing was learned, and the limits need not be the partner's own: nothing is judged by them.
local rare = rarely()
local now, limits, learned = clock(ARGV[4]), limits_of(ARGV[3]), ARGV[5] ~= ''
local r = record_load(KEYS[1], ARGV[2], now, limits.span)
local epochs = r.base .. ':e'
local watched_age, watched_for, suspicious_age, suspicious_for, released_age, late = struct.unpack('<dddddd', ARGV[9])
local base = r.now - late -- what ages and times to come are counted from

-- An edge's epochs are numbered: one that comes again is not newer than the last.
local function was_taken()
	local who, number = string.match(ARGV[5], '^(.-)%.?(%d+)$')
	local last_who, last = string.match(call('HGET', epochs, ARGV[1]) or '', '^(.-)%.?(%d+)$')
	return who and who == last_who and number + 0 <= last + 0
end

if learned and was_taken() then
	return rare.add_hold({ now, 0 }, r, 2)
end

local function let_time_pass()
	r.set.n = not r.last and text(r.now) or nil
	rare.watch_is_over(r)
	if learned and r.tallied ~= limits.suspicion_window then
		rare.standing_keep(r, limits)
	end
	rare.standing_review(r, limits)
	if learned and r.keep ~= limits.keep then
		rare.window_keep(r, limits.keep)
	end
end

-- Age 0 is none.
local function merge_release(age)
	local released = base - age
	if age == 0 or released <= (r.released or 0) then
		return
	end
	r.released = released
	r.rare = true
	if r.watched_until and r.watched_since <= released then
		rare.stop_watching(r)
	elseif not r.watched_until then
		rare.contacts_expire(r, released)
	end
	rare.standing_of(r, limits).forget(released)
	if r.suspicious_until and r.suspicious_since <= released then
		rare.stop_suspecting(r)
	end
end

local function is_newer(time, window)
	return time > r.now - window and time > (r.released or 0)
end

-- While it is watched its set stands still.
local function merge_targets(packed)
	for at = 1, limits.distinct > 0 and not r.watched_until and #packed - 15 or 0, 16 do
		local target = string.sub(packed, at, at + 7)
		local time = base - struct.unpack('<I8', packed, at + 8)
		if is_newer(time, limits.watch_window) and not contacts_has(r, target, time) then
			contacts_add(r, target, text(time))
		end
	end
end

local function merge_answers(packed)
	for at = 1, #packed - 15, 16 do
		local age, successes, failures = struct.unpack('<I8I4I4', packed, at)
		if is_newer(base - age, limits.suspicion_window) then
			rare.standing_add(r, limits, base - age, successes, failures)
		end
	end
end

-- Both are sorted; a slot of the list goes before one of the same time.
local function merge_slots(packed)
	local news, all, at = {}, {}, 1
	for i = 1, #packed - 7, 8 do
		local ago = struct.unpack('<i8', packed, i)
		local ends_call = ago % 2
		local time = base - (ago - ends_call) / 2
		if time > r.now - limits.keep then
			news[#news + 1] = time * 2 + ends_call
		end
		if time > r.now and time > r.ahead then
			r.ahead = time
			r.set.q = text(time)
		end
	end
	if not news[1] or limits.count == 0 then
		return
	end
	table.sort(news)
	local place = rare.place_after(r, time_of(news[1]), call('LLEN', r.window))
	for _, slot in ipairs(call('LRANGE', r.window, place, -1)) do
		while news[at] and time_of(news[at]) < time_of(slot) do
			all[#all + 1] = text(news[at])
			at = at + 1
		end
		all[#all + 1] = slot
	end
	for i = at, #news do
		all[#all + 1] = text(news[i])
	end
	if place == 0 then
		call('DEL', r.window)
	else
		call('LTRIM', r.window, 0, place - 1)
	end
	for i = 1, #all, 1000 do
		call('RPUSH', r.window, unpack(all, i, math.min(i + 999, #all)))
	end
	r.fresh = true
end

-- Since when, as an age, and for how long yet; a watch that is over is none, a suspicion may last longer than its hold.
local function merge_hold()
	local since, untl = base - watched_age, base + watched_for
	if watched_for > late and limits.distinct > 0 and since > (r.released or 0) then
		local old = r.watched_until or 0
		if untl > old then
			rare.start_watching(r, limits, math.max(since, r.watched_until and r.watched_since or 0), untl)
		end
	end
	since, untl = base - suspicious_age, base + suspicious_for
	if (suspicious_age > 0 or suspicious_for ~= 0) and limits.min_responses > 0 and since > (r.released or 0) then
		local old = r.suspicious_until or 0
		if untl > old then
			rare.start_suspecting(r, math.max(since, r.suspicious_until and r.suspicious_since or 0), untl)
		end
	end
end

-- What the union says: more targets than there may be, too many failures.
local function judge()
	local standing = rare.standing_of(r, limits)
	if not r.watched_until and limits.distinct > 0 and r.contacts > limits.distinct and
		rare.contacts_expire(r, r.now - limits.watch_window) > limits.distinct then
		rare.start_watching(r, limits, r.now, r.now + limits.watch_hold)
	end
	if not r.suspicious_until and standing.is_suspect(standing.counts(r.now)) then
		rare.start_suspecting(r, r.now, r.now + limits.suspicion_hold)
		return 1
	end
	return 0
end

local function remember_epoch()
	if call('HLEN', epochs) >= 256 then
		call('DEL', epochs)
	end
	call('HSET', epochs, ARGV[1], ARGV[5])
	r.fresh = true
end

let_time_pass()
merge_release(released_age)
merge_targets(ARGV[6])
merge_answers(ARGV[7])
merge_slots(ARGV[8])
merge_hold()
local became = 0
if learned then
	became = judge()
	remember_epoch()
end
record_save(r, limits.span, ARGV[1])
return rare.add_hold({ now, became }, r, 2)
