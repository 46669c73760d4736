-- The twin of window.c: BASE:w is a list of slots, sorted, twice the time plus one for what ends
-- a call. What window.c forgets at once is forgotten here now and then, and has no weight
-- before: a slot older than the longest period that is asked for forbids nothing. Only when that
-- period changes must it be gone for certain: window_keep.
-- `r.ahead` is the latest slot, if that lies ahead; so who does not wait needs no look at the tail.
local function time_of(slot)
	return (slot - slot % 2) / 2
end

local function earliest_behind(r, count, period, from)
	local first = call('LINDEX', r.window, -count)
	local slid = first and time_of(first) + period or from
	if slid <= r.gone + period then
		slid = from
	end
	if r.ahead > from then
		from = r.ahead
	end
	return slid > from and slid or from
end

local function earliest_between(r, count, period, from)
	if r.ahead <= from then
		return earliest_behind(r, count, period, from)
	end
	local first = call('LINDEX', r.window, -count)
	if not first or time_of(first) <= math.max(from - period, r.gone) then
		return from
	end
	return rarely().walk_between(r, count, period, from)
end

local function window_book(r, time, ends_call)
	local slot, length = text(ends_call and time * 2 + 1 or time * 2), nil
	if time >= r.ahead then
		length = call('RPUSH', r.window, slot)
	else
		length = rarely().insert_between(r, time, slot)
	end
	if time > r.now and time > r.ahead then
		r.ahead = time
		r.set.q = text(time)
	end
	if length == 1 then
		r.fresh = true
	elseif length % 16 == 0 then
		rarely().window_forget(r, r.now - r.keep, length)
	end
end

-- rarely

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
	if head and time_of(head) <= time then
		call('LTRIM', r.window, place_after(r, time, length or call('LLEN', r.window)), -1)
	end
end

local function window_keep(r, keep)
	if r.keep and r.last then
		r.gone = r.last - r.keep
		window_forget(r, r.gone)
	end
	r.keep = keep
	r.set.k = text(keep)
end

-- The runs of window.c, a block of them after the other, until there is a gap.
local function walk_between(r, count, period, from)
	local BLOCK = 64
	local begin, slot = place_after(r, math.max(from - period, r.gone), call('LLEN', r.window)), from
	for _ = 1, 64 do
		local lasts = call('LRANGE', r.window, begin + count - 1, begin + count + BLOCK - 2)
		local firsts = lasts[1] and call('LRANGE', r.window, begin, begin + #lasts - 1)
		for i = 1, #lasts do
			local first, last = time_of(firsts[i]), time_of(lasts[i])
			if slot <= last - period then
				return slot
			end
			if last - first < period and slot < first + period then
				slot = first + period
			end
		end
		if #lasts < BLOCK then
			return slot
		end
		begin = begin + BLOCK
	end
	return earliest_behind(r, count, period, from) -- thousands wait: behind all of them is room for certain
end

-- LINSERT looks for its place from the head; a few that wait are moved sooner.
local function insert_between(r, time, slot)
	local length = call('LLEN', r.window)
	local place = place_after(r, time, length)
	if length - place > 64 then
		return call('LINSERT', r.window, 'BEFORE', call('LINDEX', r.window, place), slot)
	end
	local behind = call('LRANGE', r.window, place, -1)
	if place == 0 then
		call('DEL', r.window)
		r.fresh = true
	else
		call('LTRIM', r.window, 0, place - 1)
	end
	return call('RPUSH', r.window, slot, unpack(behind))
end

-- The time of the `most`th slot that waits, counted from the tail, of ordinary messages or of
-- call-ending ones; nil where fewer wait.
local function waits_until(r, ends_call, most)
	local kind, seen = ends_call and 1 or 0, 0
	local limit = r.ahead > r.now and most > 0 and call('LINDEX', r.window, -most)
	if most == 0 then
		return math.huge
	end
	if not limit or time_of(limit) <= r.now then
		return nil
	end
	for block = 0, 63 do
		local slots = call('LRANGE', r.window, -(block + 1) * 64, -block * 64 - 1)
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
		if #slots < 64 then
			return nil
		end
	end
	return r.ahead
end
