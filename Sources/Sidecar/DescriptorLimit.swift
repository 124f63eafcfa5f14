internal import Glibc

/// How many connections the limit on open files leaves room for.
package enum DescriptorLimit {
    /// Raises the soft limit as far as it is needed and allowed; gives the connections that fit.
    package static func connections(wanted: Int) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return wanted }
        let needed = rlim_t(wanted + SidecarLimits.descriptorsReserved)
        if limit.rlim_cur < needed, limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = min(needed, limit.rlim_max)
            _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        let room = Int(clamping: limit.rlim_cur) - SidecarLimits.descriptorsReserved
        return max(1, min(wanted, room))
    }
}
