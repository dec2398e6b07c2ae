<?php
/**
 * Finds the classes of this library: `XeroConnector\Wire\Guard` is `Wire/Guard.php` beside this file.
 *
 * Shops find classes by rules of their own, which differ. This one is the library's, so that all of them ship the
 * same files: a package holds in one folder what is shared and what only its shop needs.
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
