-- The twin of standing.c: BASE:a is a hash, START .. 's' and START .. 'f' count the successes and
-- failures of the slot that starts then. What standing.c forgets at once has no weight here before it is
-- gone; only when the window changes it must be gone for certain: standing_keep.
-- rarely

-- The answers, read once, and what is asked of them.
local function standing_of(r, limits)
	local MOST = 4294967295
	local slots, window = {}, limits.suspicion_window

	local function read()
		local fields, by_start = call('HGETALL', r.base .. ':a'), {}
		for i = 1, #fields, 2 do
			local start, kind = string.match(fields[i], '^(%d+)([sf])$')
			local slot = by_start[start]
			if not slot then
				slot = { start = tonumber(start), s = 0, f = 0 }
				by_start[start] = slot
				slots[#slots + 1] = slot.start > r.answers_gone and slot or nil
			end
			slot[kind] = math.min(tonumber(fields[i + 1]), MOST)
		end
		table.sort(slots, function (a, b) return a.start < b.start end)
	end

	local function counts(now)
		local successes, failures = 0, 0
		for _, slot in ipairs(slots) do
			if slot.start > now - window then
				successes = math.min(successes + slot.s, MOST)
				failures = math.min(failures + slot.f, MOST)
			end
		end
		return successes, failures
	end

	local function is_low(now)
		local successes, failures = counts(now)
		return failures == 0 or failures / (successes + failures) < limits.failure_share / 2
	end

	local function is_suspect(successes, failures)
		local counted = successes + failures
		return limits.min_responses > 0 and counted >= limits.min_responses and
			failures / counted > limits.failure_share
	end

	local function calm_at()
		local at = math.max(r.now, r.suspicious_until)
		local since = at - window
		for i = 0, #slots do
			if i > 0 and slots[i].start > since then
				at = slots[i].start + window
			end
			if is_low(at) then
				break
			end
		end
		return at
	end

	local function forget(time)
		local old = {}
		for _, slot in ipairs(slots) do
			if slot.start <= time then
				old[#old + 1] = text(slot.start) .. 's'
				old[#old + 1] = text(slot.start) .. 'f'
			end
		end
		if old[1] then
			call('HDEL', r.base .. ':a', unpack(old))
		end
	end

	read()
	return { counts = counts, is_low = is_low, is_suspect = is_suspect, calm_at = calm_at, forget = forget }
end

local function stop_suspecting(r)
	r.suspicious_until = false
	r.changed = true
end

local function standing_keep(r, limits)
	if r.tallied and r.last then
		standing_of(r, limits).forget(r.last - r.tallied)
		r.answers_gone = r.last - r.tallied
	end
	r.tallied = limits.suspicion_window
	r.set.a = text(r.tallied)
end

local function standing_review(r, limits)
	if not r.suspicious_until or r.now < r.suspicious_until or not standing_of(r, limits).is_low(r.now) then
		return false
	end
	stop_suspecting(r)
	return true
end
