<?php
declare(strict_types=1);

namespace Opencart\Admin\Controller\Extension\XeroConnector;

require_once DIR_EXTENSION . 'xero_connector/system/library/load.php';

use Opencart\System\Library\Extension\XeroConnector\Shop;
use Opencart\System\Library\Extension\XeroConnector\Triggers;

/** The menu's page: what of this shop needs somebody's attention before it is in Xero. */
class Attention extends \Opencart\System\Engine\Controller
{
    private const ROUTE = 'extension/xero_connector/attention';
    private const PER_PAGE = 25;
    private const PAGES = [
        'order' => ['sale/order', 'info'],
        'product' => ['catalog/product', 'form'],
        'customer' => ['customer/customer', 'form'],
    ];

    public function index(): void
    {
        $this->load->language(self::ROUTE, '', 'en-gb');
        $this->load->language(self::ROUTE);
        $this->document->setTitle($this->language->get('heading_title'));

        $connector = Shop::connector($this->registry);
        $settings = $connector->settings();
        $page = max(1, (int)($this->request->get['page'] ?? 1));
        $rows = $connector->states()->needingAttention(($page - 1) * self::PER_PAGE, self::PER_PAGE);
        $last = (int)$settings->get('last_contact');

        $data = $this->frame() + [
            'paired' => $settings->isPaired(),
            'app' => $settings->get('app'),
            'error' => $settings->get('error'),
            'last_contact' => $last ? date('Y-m-d H:i:s', $last) : $this->language->get('text_never'),
            'rows' => array_map([$this, 'row'], $rows),
            'pagination' => $this->pagination($connector->states()->countNeedingAttention(), $page),
        ];

        $this->response->setOutput($this->load->view('extension/xero_connector/attention', $data));
    }

    /** A state with the shop's own page of its record. */
    private function row(array $state): array
    {
        [$controller, $method] = self::PAGES[$state['kind']];
        $page = $controller . Triggers::beforeMethod(VERSION) . $method;

        return [
            'said' => Shop::moment((string)$state['said']),
            'page' => $this->link($page, '&' . $state['kind'] . '_id=' . (int)$state['record_id']),
            'kind_text' => $this->language->get('text_' . $state['kind']),
            'state_text' => $this->language->get('text_state_' . $state['state']),
        ] + $state;
    }

    private function pagination(int $total, int $page): string
    {
        return (string)$this->load->controller('common/pagination', [
            'total' => $total,
            'page' => $page,
            'limit' => self::PER_PAGE,
            'url' => $this->link(self::ROUTE, '&page={page}'),
        ]);
    }

    private function frame(): array
    {
        return [
            'settings' => $this->link('extension/xero_connector/module/xero_connector'),
            'breadcrumbs' => [
                ['text' => $this->language->get('text_home'), 'href' => $this->link('common/dashboard')],
                ['text' => $this->language->get('heading_title'), 'href' => $this->link(self::ROUTE)],
            ],
            'header' => $this->load->controller('common/header'),
            'column_left' => $this->load->controller('common/column_left'),
            'footer' => $this->load->controller('common/footer'),
        ];
    }

    private function link(string $route, string $more = ''): string
    {
        return $this->url->link($route, 'user_token=' . $this->session->data['user_token'] . $more, true);
    }
}
