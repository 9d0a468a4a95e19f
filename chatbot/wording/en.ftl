unknown = ?
