internal import Glibc

/// Where images are kept.
enum CacheAddress {
    /// The folder of the flag, else the one that systemd made for the service (`CacheDirectory=`), the first of them; `nil`
    /// for none.
    ///
    /// With a dynamic user, systemd's path is a link of its own to a folder that is the service's: only that one is
    /// followed, never the one of a flag.
    static func folder(flag: String?, serviceManager: String?) -> String? {
        if let flag { return flag }
        return serviceManager?.split(separator: ":").first.map { resolved(String($0)) }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
