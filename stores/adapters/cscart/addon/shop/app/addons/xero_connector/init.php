<?php

if (!defined('BOOTSTRAP')) {
    die('Access denied');
}

require_once __DIR__ . '/library/autoload.php';

fn_register_hooks(
    'place_order',
    'change_order_status_post',
    'update_order',
    'update_order_customer_info_post',
    'delete_order',
    'create_shipment_post',
    'update_profile',
    'update_product_post'
);
