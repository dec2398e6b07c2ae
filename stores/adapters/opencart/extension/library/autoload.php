<?php
/**
 * Finds the classes of this library: `XeroConnector\Wire\Guard` is `Wire/Guard.php` beside this file.
 *
 * OpenCart 3 and 4 find classes by rules of their own, which differ. This one is the library's, so that both
 * versions ship the same files.
 */
spl_autoload_register(static function (string $class): void {
    if (strncmp($class, 'XeroConnector\\', 14) !== 0) {
        return;
    }
    $file = __DIR__ . '/' . str_replace('\\', '/', substr($class, 14)) . '.php';
    if (is_file($file)) {
        require_once $file;
    }
});
