<?php
declare(strict_types=1);

// The add-on's own files, as CS-Cart loads them, with the library beside them that a package has.
$addon = dirname(__DIR__, 4) . '/stores/adapters/cscart/addon/shop/app/addons/xero_connector/';
foreach (['init.php', 'func.php'] as $file) {
    $code = (string) file_get_contents($addon . $file);
    $copy = sys_get_temp_dir() . '/xero_connector_' . getmypid() . '_' . $file;
    $library = "'" . __DIR__ . "/library.php'";
    file_put_contents($copy, str_replace("__DIR__ . '/library/autoload.php'", $library, $code));
    require_once $copy;
    unlink($copy);
}
