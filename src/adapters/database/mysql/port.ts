export const MYSQL_PORT = 3306
