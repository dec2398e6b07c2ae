<?php

declare(strict_types=1);

/**
 * What an add-on finds of CS-Cart, as its documentation and public add-ons use it: functions, constants, Registry, and
 * a database with `?:table` and placeholders, over a real MariaDB.
 */

namespace Tygh {

    use ArrayObject;

    /** Settings and the like by a path with points. */
    final class Registry
    {
        /** @var array<string, mixed> */
        public static $values = [];

        public static function get(string $path)
        {
            return self::$values[$path] ?? null;
        }

        public static function setChangedTables(array $tables): void
        {
            self::$values['changed_tables'] = $tables;
        }
    }

    final class Tygh
    {
        /** @var ArrayObject<string, mixed> */
        public static $app;
    }

    Tygh::$app = new ArrayObject();
}

namespace XeroConnector\Tests {

    use mysqli;
    use RuntimeException;

    /** What the shop's program did and was asked, and its connection. */
    final class CsCartState
    {
        /** @var mysqli */
        public static $connection;

        /** @var array<int, string> */
        public static $statements = [];

        /** @var array<int, string> */
        public static $logged = [];

        /** @var array<int, array{string, string, string}> */
        public static $notifications = [];

        /** @var array<int, array<int, mixed>> */
        public static $statusChanges = [];

        /** @var array<int, array<string, mixed>> */
        public static $orders = [];

        /** @var array<int, string> */
        public static $hooks = [];

        /** @return \mysqli_result|bool */
        public static function query(string $text, array $parameters)
        {
            $at = 0;
            $sql = preg_replace_callback('/\?([isan:])/', static function (array $found) use ($parameters, &$at): string {
                return $found[1] === ':' ? 'cs_' : self::literal($found[1], $parameters[$at++]);
            }, $text);
            self::$statements[] = $sql;
            return self::$connection->query($sql);
        }

        private static function literal(string $kind, $value): string
        {
            if ($kind === 'i') {
                return (string) (int) $value;
            }
            if ($kind === 's') {
                return "'" . self::$connection->real_escape_string((string) $value) . "'";
            }
            throw new RuntimeException('The add-on uses ?i and ?s only.');
        }
    }
}

namespace {

    use XeroConnector\Tests\CsCartState;

    define('BOOTSTRAP', true);
    define('PRODUCT_VERSION', '4.18.1');
    define('PRODUCT_EDITION', 'ULTIMATE');
    define('CART_PRIMARY_CURRENCY', 'USD');
    define('CART_LANGUAGE', 'en');
    define('AREA', 'A');
    define('CONTROLLER_STATUS_OK', 'ok');
    define('CONTROLLER_STATUS_REDIRECT', 'redirect');
    define('CONTROLLER_STATUS_DENIED', 'denied');
    define('CONTROLLER_STATUS_NO_PAGE', 'no_page');

    function db_query($text, ...$parameters)
    {
        $result = CsCartState::query($text, $parameters);
        return $result === true ? true : $result;
    }

    function db_get_array($text, ...$parameters)
    {
        $result = CsCartState::query($text, $parameters);
        return $result instanceof mysqli_result ? $result->fetch_all(MYSQLI_ASSOC) : [];
    }

    function db_get_field($text, ...$parameters)
    {
        $row = db_get_array($text, ...$parameters)[0] ?? null;
        return $row === null ? null : array_values($row)[0];
    }

    function db_quote($text)
    {
        return str_replace('?:', 'cs_', $text);
    }

    function fn_register_hooks(...$names)
    {
        CsCartState::$hooks = $names;
    }

    function fn_url($url = '', $area = 'C', $protocol = 'current')
    {
        return 'https://shop.example.com/store/' . ($url === '' ? 'index.php' : 'index.php?dispatch=' . $url);
    }

    function fn_get_order_info($id, $native = false, $format = true)
    {
        return CsCartState::$orders[$id] ?? false;
    }

    function fn_change_order_status($id, $to, $from = '', $told = [], $placed = false)
    {
        CsCartState::$statusChanges[] = [$id, $to, $told];
        db_query('UPDATE ?:orders SET status = ?s WHERE order_id = ?i', $to, $id);
        return true;
    }

    function fn_decrypt_text($text)
    {
        return strrev($text);
    }

    function fn_log_event($type, $action, $data = [])
    {
        CsCartState::$logged[] = (string) ($data['message'] ?? '');
    }

    function fn_set_notification($type, $title, $message, $state = '')
    {
        CsCartState::$notifications[] = [$type, $title, $message];
    }

    function fn_get_user_name($id)
    {
        return $id ? 'Ann Bee ' : '';
    }

    function __($name, $values = [])
    {
        return strtr($name, $values);
    }
}
