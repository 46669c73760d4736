-- with record window contacts watch standing
-- The twin of admit.c: rows 7 to 10 of the ladder for one message, in one step. KEYS: the
-- partner's base; for a tenant also its provider's, and that of the tenants beyond max-tenants.
-- ARGV: edge, partner's key, limits, time or '', target or '', what (1: it ends a call, 2: who is not
-- known may become so), provider's key, provider's limits, max-tenants.
-- Answers the time alone for who is not known and may not become so; else time, marks, class, wait,
-- retry, refused until, then five times of the partner's restrictions and of the provider's.
--
-- All that the Redis user of an edge may be allowed: eval evalsha script|load time auth ping role
-- select subscribe publish, and for the scripts del hdel hget hgetall hincrby hlen hmget hset lindex
-- linsert llen lrange ltrim pexpire rpush zadd zcard zrange zrem zremrangebyscore zscore.
local ADMITTED, SUSPICIOUS, BECAME_WATCHED, PROVIDER_DECIDED, STOPPED_WATCHED, STOPPED_SUSPICIOUS,
	PROVIDER_STOPPED_WATCHED, CREATED, SHARED = 1, 2, 4, 8, 16, 32, 64, 128, 256
local CLASS_DISCOVERED, CLASS_SUSPICIOUS, CLASS_WATCHED = 0, 1, 2
local NEVER = -math.huge

local edge, target = ARGV[1], ARGV[5] ~= '' and ARGV[5]
local ends_call, may_add = ARGV[6] % 2 == 1, ARGV[6] + 0 >= 2
local limits = limits_of(ARGV[3])
local own, provider, provider_limits
local slot_wait, own_wait
local marks, class, retry, refused_until = 0, CLASS_DISCOVERED, 0, 0
local suspicious, provider_decided = false, false

-- Since the last message time has gone by.
local function let_time_pass()
	if watch_is_over(own) then
		marks = marks + STOPPED_WATCHED
	end
	standing_keep(own, limits.suspicion_window)
	if standing_review(own, limits) then
		marks = marks + STOPPED_SUSPICIOUS
	end
	window_keep(own, limits.keep)
	if provider then
		if watch_is_over(provider) then
			marks = marks + PROVIDER_STOPPED_WATCHED
		end
		window_keep(provider, provider_limits.keep)
	end
	suspicious = own.suspicious_until and limits.min_responses > 0
	if is_watched(own, limits) or is_watched(provider, provider_limits) then
		class = CLASS_WATCHED
	elseif suspicious then
		class = CLASS_SUSPICIOUS
	end
	if suspicious then
		marks = marks + SUSPICIOUS
	end
end

local function watch_refuses(r, its)
	if not is_watched(r, its) or ends_call then
		return false
	end
	return its.blocks_all or (target and not contacts_has(r, target, NEVER))
end

-- Only what blocks all is the same for every message.
local function all_blocked_until(r, its)
	return is_watched(r, its) and its.blocks_all and r.watched_until - r.offset or 0
end

local function tell_blocked_until()
	refused_until = math.max(all_blocked_until(own, limits), all_blocked_until(provider, provider_limits))
end

-- Row 7.
local function passes_watch()
	local by_own = watch_refuses(own, limits)
	local by_provider = watch_refuses(provider, provider_limits)

	if not by_own and not by_provider then
		return true
	end
	provider_decided = not by_own
	tell_blocked_until()
	return false
end

-- Each record has its clock, so what they share is how long to wait.
local function find_slot(count, period)
	own_wait = count == 0 and 0 or earliest_behind(own, count, period, own.now) - own.now
	slot_wait = own_wait
	if provider and provider_limits.count > 0 then
		slot_wait = earliest_between(provider, provider_limits.count, provider_limits.period,
			provider.now + own_wait) - provider.now
	end
end

-- When an ordinary message may go or wait, if nothing more is booked: its slot
-- does not move until it is reached.
local function taken_from()
	local slot = own.now + slot_wait
	local room = waits_until(own, false, limits.max_waiting) or own.now
	return math.min(slot, math.max(slot - limits.max_delay, room))
end

-- A suspicious partner may be calm again before that, and have more slots then.
local function find_refused_until()
	local untl = taken_from()
	if not suspicious then
		return untl
	end
	local calm = standing_calm_at(own, limits)
	if untl < calm then
		return untl
	end
	find_slot(limits.count, limits.period)
	return math.max(calm, taken_from())
end

-- Rows 8 and 9.
local function passes_rate()
	if suspicious then
		find_slot(limits.slow_count, limits.slow_period)
	else
		find_slot(limits.count, limits.period)
	end
	if slot_wait == 0 then
		return true
	end
	local most = ends_call and limits.ending_delay or limits.max_delay
	local room = not waits_until(own, ends_call, limits.max_waiting)
	provider_decided = slot_wait > own_wait and (own_wait == 0 or (room and own_wait <= most))
	if room and slot_wait <= most then
		return true
	end
	retry = slot_wait
	if not ends_call then
		refused_until = find_refused_until() - own.offset
	end
	return false
end

-- Row 10 for one record: would the target be one too many?
local function is_one_too_many(r, its)
	if not r or r.watched_until or its.distinct == 0 or not target or r.contacts < its.distinct then
		return false
	end
	local since = r.now - its.watch_window
	return not contacts_has(r, target, since) and contacts_expire(r, since) >= its.distinct
end

-- What ends a call goes its way even so; it is never refused for a watched partner.
local function passes_target()
	local by_own = is_one_too_many(own, limits)
	local by_provider = not by_own and is_one_too_many(provider, provider_limits)

	if not by_own and not by_provider then
		return true
	end
	if by_own then
		start_watching(own, limits)
	else
		start_watching(provider, provider_limits)
	end
	class = CLASS_WATCHED
	marks = marks + BECAME_WATCHED
	provider_decided = by_provider
	if ends_call then
		return true
	end
	tell_blocked_until()
	return false
end

local function book(r, its)
	if its.count > 0 then
		window_book(r, r.now + slot_wait, ends_call)
	end
	if target and its.distinct > 0 and not r.watched_until then
		contacts_add(r, target, r.now)
	end
end

-- A tenant has room beside those heard of inside the window, or it is charged with the others that
-- have none. A restricted one is not forgotten.
local function has_room(now)
	local tenants, name = KEYS[2] .. ':t', string.match(ARGV[2], '/(.*)')
	if call('ZADD', tenants, text(provider.now), name) == 0 then
		return true
	end
	provider.fresh = true
	if own.watched_until or own.suspicious_until or call('ZCARD', tenants) <= ARGV[9] + 0 then
		return true
	end
	call('ZREMRANGEBYSCORE', tenants, '-inf', text(provider.now - limits.watch_window))
	if call('ZCARD', tenants) <= ARGV[9] + 0 then
		return true
	end
	call('ZREM', tenants, name)
	return false
end

-- Who pays.
local function charge(now)
	own = record_load(KEYS[1], ARGV[2], now)
	if not own.last and not may_add then
		return false
	end
	local known, shared = own.last, KEYS[1] == KEYS[3]
	if KEYS[2] then
		provider = record_load(KEYS[2], ARGV[7], now)
		provider_limits = limits_of(ARGV[8])
		put_time(provider, 'n', provider.now)
		if not shared and not has_room() then
			own = record_load(KEYS[3], 't' .. string.sub(ARGV[7], 2), now)
			shared = true
		end
	end
	put_time(own, 'n', own.now)
	marks = (known or shared) and 0 or CREATED
	marks = marks + (shared and SHARED or 0)
	return true
end

local function admit()
	let_time_pass()
	if not passes_watch() or not passes_rate() or not passes_target() then
		return 0
	end
	book(own, limits)
	if provider then
		book(provider, provider_limits)
	end
	marks = marks + ADMITTED
	return slot_wait
end

local now = clock(ARGV[4])
if not charge(now) then
	return { now }
end
local wait = admit()
if provider_decided then
	marks = marks + PROVIDER_DECIDED
end
record_save(own, limits.span, edge)
local reply = add_hold({ now, marks, class, wait, retry, refused_until, 0, 0, 0, 0, 0 }, own, 6)
if provider then
	record_save(provider, provider_limits.span, edge)
	add_hold(reply, provider, 11)
end
return reply
