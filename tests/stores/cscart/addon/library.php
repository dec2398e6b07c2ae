<?php
declare(strict_types=1);

// A package holds in one folder what here are two: the library that all shops share, and CS-Cart's own.
$root = dirname(__DIR__, 4);
require_once $root . '/stores/php/library/autoload.php';
spl_autoload_register(static function (string $class) use ($root): void {
    $path = str_replace(['XeroConnector\\', '\\'], ['', '/'], $class);
    $file = $root . '/stores/adapters/cscart/addon/library/' . $path . '.php';
    if (strncmp($class, 'XeroConnector\\', 14) === 0 && is_file($file)) {
        require_once $file;
    }
});
