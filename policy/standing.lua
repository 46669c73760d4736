-- The twin of standing.c: BASE:a is a hash, START .. 's' and START .. 'f' count the successes and
-- failures of the slot that starts then. What standing.c forgets at once has no weight here before it is
-- gone; only when the window changes it must be gone for certain: standing_keep.
local COUNT_MOST = 4294967295

local function slot_start(limits, time)
	local width = math.floor(limits.suspicion_window / 30)
	return time - time % (width < 1 and 1 or width)
end

-- All slots, the oldest first.
local function standing_slots(r)
	local fields, by_start, slots = call('HGETALL', r.base .. ':a'), {}, {}
	for i = 1, #fields, 2 do
		local start, kind = string.match(fields[i], '^(%d+)([sf])$')
		local slot = by_start[start]
		if not slot then
			slot = { start = tonumber(start), s = 0, f = 0 }
			by_start[start] = slot
			slots[#slots + 1] = slot
		end
		slot[kind] = math.min(tonumber(fields[i + 1]), COUNT_MOST)
	end
	table.sort(slots, function (a, b) return a.start < b.start end)
	return slots
end

local function standing_forget(r, time)
	local old = {}
	for _, slot in ipairs(standing_slots(r)) do
		if slot.start <= time then
			old[#old + 1] = text(slot.start) .. 's'
			old[#old + 1] = text(slot.start) .. 'f'
		end
	end
	if old[1] then
		call('HDEL', r.base .. ':a', unpack(old))
	end
end

local function standing_keep(r, window)
	if r.tallied == window then
		return
	end
	if r.tallied and r.last then
		standing_forget(r, r.last - r.tallied)
	end
	r.tallied = window
	put_time(r, 'a', window)
end

local function standing_counts(slots, since)
	local successes, failures = 0, 0
	for _, slot in ipairs(slots) do
		if slot.start > since then
			successes = math.min(successes + slot.s, COUNT_MOST)
			failures = math.min(failures + slot.f, COUNT_MOST)
		end
	end
	return successes, failures
end

local function is_low(slots, limits, now)
	local successes, failures = standing_counts(slots, now - limits.suspicion_window)
	return failures == 0 or failures / (successes + failures) < limits.failure_share / 2
end

local function is_suspect(successes, failures, limits)
	local counted = successes + failures
	return counted >= limits.min_responses and counted > 0 and failures / counted > limits.failure_share
end

local function standing_review(r, limits)
	if not r.suspicious_until or r.now < r.suspicious_until or not is_low(standing_slots(r), limits, r.now) then
		return false
	end
	r.suspicious_until = nil
	r.changed = true
	drop(r, 's', 'S')
	return true
end

local function standing_calm_at(r, limits)
	local slots, at = standing_slots(r), r.now
	if r.suspicious_until > at then
		at = r.suspicious_until
	end
	if is_low(slots, limits, at) then
		return at
	end
	local since = at - limits.suspicion_window
	for _, slot in ipairs(slots) do
		if slot.start > since then
			at = slot.start + limits.suspicion_window
			if is_low(slots, limits, at) then
				return at
			end
		end
	end
	return at
end

local function start_suspecting(r, limits)
	r.suspicious_since = r.now
	r.suspicious_until = r.now + limits.suspicion_hold
	r.changed = true
	put_time(r, 's', r.suspicious_since)
	put_time(r, 'S', r.suspicious_until)
end
