<?php

require_once DIR_SYSTEM . 'library/xero_connector/autoload.php';

/** The page of the connector in the admin, and what its buttons and those on other pages do. */
class ControllerExtensionModuleXeroConnector extends Controller
{
    private const ROUTE = 'extension/module/xero_connector';
    private const CODE = 'xero_connector';
    private const A_PAGE = 20;
    private const PAGES = [
        'order' => 'sale/order/info',
        'product' => 'catalog/product/edit',
        'customer' => 'customer/customer/edit',
    ];

    public function index()
    {
        $this->load->language(self::ROUTE);
        $this->upgrade();
        $this->document->setTitle($this->language->get('heading_title'));
        $this->document->addStyle('view/javascript/xero_connector/admin.css');
        $data = $this->language->all();
        $data['breadcrumbs'] = [
            ['text' => $this->language->get('text_home'), 'href' => $this->link('common/dashboard')],
            ['text' => $this->language->get('text_extension'), 'href' => $this->link('marketplace/extension')],
            ['text' => $this->language->get('heading_title'), 'href' => $this->link(self::ROUTE)],
        ];
        $data['may_change'] = $this->user->hasPermission('modify', self::ROUTE);
        $data['success'] = $this->onceSaid('xero_connector_success');
        $data['error'] = $this->onceSaid('xero_connector_error');
        foreach (['power', 'test', 'unpair', 'renew'] as $action) {
            $data['action_' . $action] = $this->link(self::ROUTE . '/' . $action);
        }
        $data = array_merge($data, $this->connection($data['may_change']), $this->attention());
        $data['header'] = $this->load->controller('common/header');
        $data['column_left'] = $this->load->controller('common/column_left');
        $data['footer'] = $this->load->controller('common/footer');
        $this->response->setOutput($this->load->view(self::ROUTE, $data));
    }

    public function power()
    {
        $this->act(function ($connector) {
            $connector->settings()->set(['status' => $connector->settings()->isOn() ? '0' : '1']);
            return 'text_saved';
        });
    }

    public function test()
    {
        $this->act(function ($connector) {
            if (!$connector->settings()->isPaired()) {
                return 'text_not_paired';
            }
            $said = $connector->hooks()->greet();
            if (!$said['reached']) {
                $this->session->data['xero_connector_error'] = $said['error'];
                return '';
            }
            return 'text_tested';
        });
    }

    public function unpair()
    {
        $this->act(function ($connector) {
            $connector->settings()->unpair();
            return 'text_unpaired';
        });
    }

    public function renew()
    {
        $this->act(function ($connector) {
            $connector->settings()->renewKeys();
            return 'text_renewed';
        });
    }

    /** What the buttons on the pages of orders, products and customers ask of the connector; answers JSON. */
    public function ask()
    {
        $this->load->language(self::ROUTE);
        $problem = $this->problem();
        $kind = $this->posted('kind');
        if ($problem === '' && !in_array($kind, ['order', 'product', 'customer'], true)) {
            $problem = 'error_kind';
        }
        if ($problem === '') {
            $ids = isset($this->request->post['ids']) ? (array) $this->request->post['ids'] : [];
            $ids = array_filter(array_map('intval', $ids));
            $person = $this->user->getUserName();
            $wishes = $this->connector()->wishes();
            $answer = $wishes->ask($this->posted('ask'), $kind, $ids, $person, $this->posted('reason'));
        } else {
            $answer = ['done' => [], 'error' => $this->language->get($problem)];
        }
        $this->response->addHeader('Content-Type: application/json; charset=utf-8');
        $this->response->setOutput(json_encode($answer));
    }

    /** Called by OpenCart's list of extensions, and as any method can, by its address. */
    public function install()
    {
        if ($this->mayInstall()) {
            $this->setUp();
        }
    }

    public function uninstall()
    {
        if (!$this->mayInstall()) {
            return;
        }
        $this->load->model('setting/event');
        $this->model_setting_event->deleteEventByCode(self::CODE);
        $this->takePermissions();
        $this->connector()->uninstall();
    }

    /** What a version needs that was put over another. The menu of the admin calls it, and as any method an address. */
    public function upgrade()
    {
        $settings = $this->connector()->settings();
        if ($settings->isInstalled() && !$settings->isOfThisVersion()) {
            $this->setUp();
        }
    }

    private function mayInstall()
    {
        return $this->user->hasPermission('modify', 'extension/extension/module');
    }

    private function setUp()
    {
        $this->listen();
        $this->connector()->install();
    }

    /** New ones first, then those of another version go: no moment passes in which nobody listens. */
    private function listen()
    {
        $this->load->model('setting/event');
        $wanted = \XeroConnector\Triggers::all();
        foreach ($wanted as $trigger => $action) {
            $this->model_setting_event->addEvent(self::CODE, $trigger, $action);
        }
        $events = $this->model_setting_event->getEvents();
        foreach (\XeroConnector\Outbox\Listeners::surplus($events, self::CODE, $wanted) as $id) {
            $this->model_setting_event->deleteEvent($id);
        }
    }

    /** From every group of staff: OpenCart gives them when it installs, and leaves them there. */
    private function takePermissions()
    {
        $this->load->model('user/user_group');
        foreach ($this->model_user_user_group->getUserGroups() as $group) {
            foreach (json_decode((string) $group['permission'], true) ?: [] as $type => $routes) {
                if (in_array(self::ROUTE, (array) $routes, true)) {
                    $this->model_user_user_group->removePermission((int) $group['user_group_id'], $type, self::ROUTE);
                }
            }
        }
    }

    /** Does something that changes the connector, says so on its page, and leads back there. */
    private function act(callable $work)
    {
        $this->load->language(self::ROUTE);
        $problem = $this->problem();
        $said = $problem === '' ? $work($this->connector()) : '';
        if ($problem !== '') {
            $this->session->data['xero_connector_error'] = $this->language->get($problem);
        } elseif ($said !== '') {
            $this->session->data['xero_connector_success'] = $this->language->get($said);
        }
        $this->response->redirect($this->link(self::ROUTE));
    }

    /** @return string why this person may not do it, or "" */
    private function problem()
    {
        if (!$this->user->hasPermission('modify', self::ROUTE)) {
            return 'error_permission';
        }
        return $this->request->server['REQUEST_METHOD'] === 'POST' ? '' : 'error_method';
    }

    /** @return array<string, mixed> how shop and connector stand to each other; the code only for who may change it */
    private function connection($mayChange)
    {
        $settings = $this->connector()->settings();
        $code = \XeroConnector\Wire\PairingCode::write(
            (new \XeroConnector\OpenCart3($this->registry))->address(),
            $settings->get('key'),
            $settings->get('secret')
        );
        $contact = (int) $settings->get('last_contact');
        return [
            'is_on' => $settings->isOn(),
            'is_paired' => $settings->isPaired(),
            'pairing_code' => $mayChange ? $code : '',
            'app' => $settings->get('app'),
            'reached' => $settings->get('reached'),
            'pairing' => sprintf($this->language->get('text_paired'), $settings->get('paired_at')),
            'not_reached' => sprintf($this->language->get('text_not_reached'), $settings->get('error')),
            'last_contact' => $contact ? date('Y-m-d H:i:s', $contact) : $this->language->get('text_never'),
        ];
    }

    /** @return array<string, mixed> a page of the records that a person must look at */
    private function attention()
    {
        $page = isset($this->request->get['page']) ? max(1, (int) $this->request->get['page']) : 1;
        $rows = $this->connector()->states()->needingAttention(($page - 1) * self::A_PAGE, self::A_PAGE + 1);
        $shown = [];
        foreach (array_slice($rows, 0, self::A_PAGE) as $row) {
            $row['name'] = sprintf($this->language->get('text_kind_' . $row['kind']), $row['record_id']);
            $row['label'] = $this->language->get('text_state_' . $row['state']);
            $row['href'] = $this->link(self::PAGES[$row['kind']], $row['kind'] . '_id=' . (int) $row['record_id']);
            $shown[] = $row;
        }
        return [
            'attention' => $shown,
            'newer' => $page > 1 ? $this->link(self::ROUTE, 'page=' . ($page - 1)) : '',
            'older' => count($rows) > self::A_PAGE ? $this->link(self::ROUTE, 'page=' . ($page + 1)) : '',
        ];
    }

    /** @return string what was typed: OpenCart escapes for HTML what it is sent */
    private function posted($name)
    {
        $value = isset($this->request->post[$name]) ? $this->request->post[$name] : '';
        return is_string($value) ? mb_substr(html_entity_decode($value, ENT_QUOTES, 'UTF-8'), 0, 500, 'UTF-8') : '';
    }

    private function onceSaid($name)
    {
        $said = isset($this->session->data[$name]) ? $this->session->data[$name] : '';
        unset($this->session->data[$name]);
        return $said;
    }

    private function link($route, $more = '')
    {
        $token = 'user_token=' . $this->session->data['user_token'];
        return html_entity_decode($this->url->link($route, $token . ($more === '' ? '' : '&' . $more), true));
    }

    private function connector()
    {
        return \XeroConnector\OpenCart3::connector($this->registry);
    }
}
