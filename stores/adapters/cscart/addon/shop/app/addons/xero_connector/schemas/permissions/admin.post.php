<?php

// The page with the pairing code is for who may change the shop's settings; what concerns an order, for who may edit
// orders. A right by name, not by method: CS-Cart's menu of chosen rows asks for it so.
$schema['xero_connector'] = [
    'modes' => [
        'manage' => ['permissions' => 'update_settings'],
        'power' => ['permissions' => 'update_settings'],
        'test' => ['permissions' => 'update_settings'],
        'unpair' => ['permissions' => 'update_settings'],
        'renew' => ['permissions' => 'update_settings'],
        'attention' => ['permissions' => 'view_orders'],
        'ask_orders' => ['permissions' => 'edit_order'],
        'm_orders' => ['permissions' => 'edit_order'],
        'wish_orders' => ['permissions' => 'edit_order'],
        'ask_products' => ['permissions' => 'manage_catalog'],
        'm_products' => ['permissions' => 'manage_catalog'],
        'wish_products' => ['permissions' => 'manage_catalog'],
    ],
    'permissions' => 'update_settings',
];

return $schema;
