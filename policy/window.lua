-- The twin of window.c: BASE:w is a list of slots, sorted, twice the time plus one for what ends
-- a call. What window.c forgets at once is forgotten here now and then, and has no weight
-- before: a slot older than the longest period that is asked for forbids nothing. Only when that
-- period changes must it be gone for certain: window_keep.
-- `r.ahead` is the latest slot, if that lies ahead; so who does not wait needs no look at the tail.
local STEP = 64 -- slots read at once

local function time_of(slot)
	return (slot - slot % 2) / 2
end

-- How many slots are not later than the time.
local function place_after(r, time, length)
	local low, high = 0, length
	while low < high do
		local middle = math.floor((low + high) / 2)
		if time_of(call('LINDEX', r.window, middle)) <= time then
			low = middle + 1
		else
			high = middle
		end
	end
	return low
end

local function window_forget(r, time, length)
	local head = call('LINDEX', r.window, 0)
	if not head or time_of(head) > time then
		return
	end
	call('LTRIM', r.window, place_after(r, time, length or call('LLEN', r.window)), -1)
end

local function window_keep(r, keep)
	if r.keep == keep then
		return
	end
	if r.keep then
		window_forget(r, r.last - r.keep)
	end
	r.keep = keep
	put_time(r, 'k', keep)
end

local function earliest_behind(r, count, period, from)
	local slot = from
	if r.ahead > slot then
		slot = r.ahead
	end
	local first = call('LINDEX', r.window, -count)
	if first then
		local slid = time_of(first) + period
		if slid > slot then
			return slid
		end
	end
	return slot
end

-- The walk of window.c, where the window is full behind `from` and something lies ahead of it. It
-- is given up where thousands wait; behind all of them there is always room.
local function walk_between(r, count, period, from)
	local length = call('LLEN', r.window)
	local begin, slot = place_after(r, from - period, length), from
	for _ = 1, 64 do
		local last = call('LRANGE', r.window, begin + count - 1, begin + count + STEP - 2)
		if not last[1] then
			return slot
		end
		local first = call('LRANGE', r.window, begin, begin + STEP - 1)
		for i = 1, #last do
			local from_us, to_us = time_of(first[i]), time_of(last[i])
			if slot <= to_us - period then
				return slot
			end
			if to_us - from_us < period and slot < from_us + period then
				slot = from_us + period
			end
		end
		begin = begin + STEP
	end
	return earliest_behind(r, count, period, from)
end

local function earliest_between(r, count, period, from)
	if r.ahead <= from then
		return earliest_behind(r, count, period, from)
	end
	local first = call('LINDEX', r.window, -count)
	if not first or time_of(first) <= from - period then
		return from
	end
	return walk_between(r, count, period, from)
end

-- LINSERT looks for its place from the head; a few that wait are moved sooner.
local function insert_between(r, time, slot)
	local length = call('LLEN', r.window)
	local place = place_after(r, time, length)
	if length - place > STEP then
		return call('LINSERT', r.window, 'BEFORE', call('LINDEX', r.window, place), slot)
	end
	local behind = call('LRANGE', r.window, place, -1)
	call('LTRIM', r.window, 0, place - 1)
	return call('RPUSH', r.window, slot, unpack(behind))
end

local function window_book(r, time, ends_call)
	local slot = text(time * 2 + (ends_call and 1 or 0))
	local length
	if time >= r.ahead then
		length = call('RPUSH', r.window, slot)
	else
		length = insert_between(r, time, slot)
	end
	if time > r.now and time > r.ahead then
		r.ahead = time
		put_time(r, 'q', time)
	end
	if length == 1 then
		r.fresh = true
	elseif length % 8 == 0 then
		window_forget(r, r.now - r.keep, length)
	end
end

-- The time of the `most`th slot that waits, counted from the tail, of ordinary messages or of
-- call-ending ones; nil where fewer wait.
local function waits_until(r, ends_call, most)
	if most == 0 then
		return math.huge
	end
	local limit = r.ahead > r.now and call('LINDEX', r.window, -most)
	if not limit or time_of(limit) <= r.now then
		return nil
	end
	local kind, seen = ends_call and 1 or 0, 0
	for chunk = 0, 63 do
		local slots = call('LRANGE', r.window, -(chunk + 1) * STEP, -chunk * STEP - 1)
		for i = #slots, 1, -1 do
			local time = time_of(slots[i])
			if time <= r.now then
				return nil
			end
			seen = seen + (slots[i] % 2 == kind and 1 or 0)
			if seen == most then
				return time
			end
		end
		if #slots < STEP then
			return nil
		end
	end
	return r.now
end
