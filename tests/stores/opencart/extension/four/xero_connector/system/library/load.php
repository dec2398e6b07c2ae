<?php
declare(strict_types=1);

// Stands where a package has its own: here the library and the folder of version 4 are not yet in one place.
$extension = dirname(__DIR__, 8) . '/stores/adapters/opencart/extension/';
require_once dirname(__DIR__, 4) . '/library.php';
require_once $extension . '4/system/library/shop.php';
