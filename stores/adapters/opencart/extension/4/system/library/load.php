<?php

/**
 * Finds the extension's classes in every request, also in the one that installs it, where OpenCart does not know
 * the folder yet.
 */
require_once __DIR__ . '/autoload.php';
require_once __DIR__ . '/triggers.php';
require_once __DIR__ . '/markup.php';
require_once __DIR__ . '/shop.php';
